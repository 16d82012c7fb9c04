import assert from "node:assert/strict";
import { LaunchError } from "./launch_error.ts";
import { type Child, HostLauncher } from "./launcher.ts";
import { hostProcessTable } from "./process_table.ts";

const posix = Deno.build.os !== "windows";
const launcher = new HostLauncher();

function sh(script: string, env: Record<string, string> = {}): Promise<Child> {
  return launcher.launch({ command: "sh", args: ["-c", script], cwd: "/", env });
}

/** Reads lines up to and including the first that matches. */
async function until(child: Child, pattern: RegExp): Promise<string> {
  for await (const line of child.lines) if (pattern.test(line)) return line;
  throw new Error(`The output ended before ${pattern}.`);
}

async function running(pid: number): Promise<boolean> {
  return (await hostProcessTable().list()).some((info) => info.pid === pid);
}

function posixTest(name: string, fn: () => Promise<void>) {
  Deno.test({ name, fn, ignore: !posix });
}

posixTest("launcher says what is not installed", async () => {
  await assert.rejects(
    launcher.launch({ command: "no-such-program-here", args: [], cwd: "/" }),
    (error) => error instanceof LaunchError && error.kind === "not_found",
  );
  assert.equal(await launcher.which("no-such-program-here"), undefined);
});

posixTest("launcher names a working directory that is not there", async () => {
  await assert.rejects(
    launcher.launch({ command: "sh", args: [], cwd: "/no/such/folder" }),
    (error) =>
      error instanceof LaunchError && error.kind === "crash" &&
      error.message.includes("/no/such/folder"),
  );
});

posixTest("a child answers line by line and gets the environment", async () => {
  const child = await sh('while read -r l; do echo "$X:$l"; done; exit 3', { X: "é" });
  await child.write("eins");
  assert.equal(await until(child, /./), "é:eins");
  await child.write("zwei");
  assert.equal(await until(child, /./), "é:zwei");
  await child.closeStdin();
  assert.deepEqual(await child.exited, { code: 3, signal: null });
  assert.equal(child.alive, false);
  await child.kill();
});

posixTest("a line of 50 MB arrives whole, its characters too", async () => {
  const child = await sh("head -c 50000000 /dev/zero | tr '\\0' 'x'; echo 'é€😀'; echo end");
  const line = await until(child, /😀$/);
  assert.equal(line.length, 50_000_000 + 4);
  assert.ok(line.endsWith("xé€😀"));
  assert.equal(await until(child, /./), "end");
  await child.kill();
});

posixTest("a large write waits for the child and arrives whole", async () => {
  const child = await sh("wc -c");
  await child.write("y".repeat(5_000_000));
  await child.closeStdin();
  assert.equal((await until(child, /\d/)).trim(), "5000001");
  await child.kill();
});

posixTest("writing to a child that has gone does nothing", async () => {
  const child = await sh("exec 0<&-; echo closed; exit 0");
  await until(child, /closed/);
  for (let i = 0; i < 5; i++) await child.write("x".repeat(100_000));
  await child.exited;
  await child.write("late");
  await child.closeStdin();
  await child.kill();
});

posixTest("stderr is drained and its last 8 KB are kept", async () => {
  const child = await sh(
    "i=0; while [ $i -lt 30000 ]; do echo 'éééééééé' >&2; i=$((i+1)); done; echo last words >&2; exit 1",
  );
  await child.exited;
  const tail = child.stderrTail();
  assert.ok(tail.endsWith("last words\n"));
  assert.ok(tail.length > 4000 && new TextEncoder().encode(tail).length <= 8192);
  assert.ok(!tail.includes("�"));
  await child.kill();
});

posixTest("output ends with the child although a grandchild holds the pipe", async () => {
  const child = await sh("sleep 600 & echo $!; exit 0");
  const pid = Number(await until(child, /^\d+$/));
  for await (const line of child.lines) assert.fail(line);
  assert.equal(await running(pid), true);
  await child.kill();
  assert.equal(await running(pid), false);
});

posixTest("kill reaches grandchildren, other sessions and the deaf", async () => {
  const child = await sh(
    "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 601 & echo pid \\$!; wait\" & " +
      "sleep 602 & echo pid $!; echo ready; wait; wait",
  );
  const found: number[] = [];
  for await (const line of child.lines) {
    const match = /^pid (\d+)$/.exec(line);
    if (match) found.push(Number(match[1]));
    if (found.length === 2) break;
  }
  for (const pid of found) assert.equal(await running(pid), true);
  await child.kill({ graceMs: 50 });
  assert.equal(child.alive, false);
  assert.equal((await child.exited).signal, "SIGKILL");
  for (const pid of found) assert.equal(await running(pid), false);
});

Deno.test({
  name: "what a dead child left in another session is found when it is cleaned up",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const child = await sh("setsid sh -c 'echo pid $$; exec sleep 603' & wait");
    const pid = Number((await until(child, /^pid/)).slice(4));
    Deno.kill(child.pid, "SIGKILL");
    assert.equal((await child.exited).signal, "SIGKILL");
    assert.equal(await running(pid), true);
    await child.kill();
    assert.equal(await running(pid), false);
  },
});
