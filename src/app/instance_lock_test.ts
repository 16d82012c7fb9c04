import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { endInstance } from "./end_instance.ts";
import { acquireInstance, AlreadyRunningError } from "./instance_lock.ts";
import { findInstance } from "./find_instance.ts";
import { Home } from "../config/home.ts";
import { until } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const TOKEN = `123456:${"t".repeat(35)}`;
const WORKER = fileURLToPath(new URL("../../tests/support/lock_worker.ts", import.meta.url));

/** Another process with the locks of a home. */
async function holder(home: Home, shared: string, role = "bot") {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", WORKER, home.root, role, TOKEN, shared],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    said: new TextDecoder().decode(value).trim(),
    ended: child.status,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
      await reader.cancel();
    },
  };
}

Deno.test("instance lock makes folders, writes the pid file, and takes it away again", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("a", "home"));
  {
    using _lock = await acquireInstance(home, "bot", { token: TOKEN, sharedDir: temp.at("locks") });
    assert.equal(await Deno.readTextFile(home.pidFile), String(Deno.pid));
    const { bot } = await findInstance(home);
    assert.deepEqual([bot?.pid, bot?.role, bot?.home], [Deno.pid, "bot", home.root]);
  }
  await assert.rejects(Deno.stat(home.pidFile), Deno.errors.NotFound);
  assert.deepEqual(await findInstance(home), {});
});

Deno.test("instance lock keeps a foreign pid file and removes a corrupt one when it is released", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  for (const [content, stays] of [["1", true], ["what?", false]] as const) {
    const lock = await acquireInstance(home, "bot");
    await Deno.writeTextFile(home.pidFile, content);
    lock[Symbol.dispose]();
    const there = await Deno.stat(home.pidFile).then(() => true, () => false);
    assert.equal(there, stays, content);
  }
});

Deno.test("instance lock is not fooled by a pid that belongs to another program now", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  await Deno.mkdir(home.stateDir);
  // Left by a bot that was killed; the pid is that of a living process, this one's parent.
  await Deno.writeTextFile(home.pidFile, String(Deno.ppid));
  const note = { pid: Deno.ppid, role: "bot", home: home.root, since: new Date().toISOString() };
  await Deno.writeTextFile(home.instanceLock("bot"), "");
  await Deno.writeTextFile(
    home.instanceLock("bot").replace(".lock", ".json"),
    JSON.stringify(note),
  );
  assert.deepEqual(await findInstance(home), {});
  const signals: number[] = [];
  assert.equal(await endInstance(home, { signal: (pid) => signals.push(pid) }), "not_running");
  assert.deepEqual(signals, []);
  using _lock = await acquireInstance(home, "bot");
});

Deno.test("second instance for a home is refused, and told who runs and how to end it", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await using first = await holder(home, temp.at("locks"));
  assert.equal(first.said, "held");
  await assert.rejects(acquireInstance(home, "bot"), (error) => {
    assert.ok(error instanceof AlreadyRunningError);
    assert.match(error.message, new RegExp(`process ${first.pid}\\b`));
    assert.match(error.message, /ductor stop/);
    assert.match(error.message, /--replace/);
    return true;
  });
});

Deno.test("second instance for a token is refused, whatever its home, and the token is not shown", async () => {
  await using temp = await TempFolder.make();
  const [one, other] = [new Home(temp.at("one")), new Home(temp.at("other"))];
  await using _first = await holder(one, temp.at("locks"));
  await assert.rejects(
    acquireInstance(other, "bot", { token: TOKEN, sharedDir: temp.at("locks") }),
    (error) => {
      assert.ok(error instanceof AlreadyRunningError);
      assert.match(error.message, new RegExp(`DUCTOR_HOME=${one.root} ductor stop`));
      assert.ok(!error.message.includes(TOKEN));
      return true;
    },
  );
  // What was taken before the refusal is given back.
  assert.deepEqual(await findInstance(other), {});
  using _fine = await acquireInstance(other, "bot", { token: "9:x", sharedDir: temp.at("locks") });
});

Deno.test("instance lock of a killed process is free at once", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const first = await holder(home, temp.at("locks"));
  await first[Symbol.asyncDispose]();
  using _lock = await acquireInstance(home, "bot", { token: TOKEN, sharedDir: temp.at("locks") });
});

Deno.test({
  name: "ending an instance ends the process that holds the lock, and waits for it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await using first = await holder(home, temp.at("locks"));
    assert.equal(await endInstance(home), "ended");
    assert.equal((await first.ended).signal, "SIGTERM");
    assert.equal(await endInstance(home), "not_running");
  },
});

Deno.test("ending an instance signals nobody when the holder's pid is another process", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await using first = await holder(home, temp.at("locks"));
  const note = home.instanceLock("bot").replace(".lock", ".json");
  await until(
    async () => (await Deno.readTextFile(note)).includes('"start"'),
    "the holder's note of its start",
  );
  const written = JSON.parse(await Deno.readTextFile(note));
  assert.equal(written.pid, first.pid);
  await Deno.writeTextFile(note, JSON.stringify({ ...written, start: written.start - 1 }));
  const signals: number[] = [];
  await assert.rejects(
    endInstance(home, { signal: (pid) => signals.push(pid), graceMs: 0 }),
    /another one or gone/,
  );
  assert.deepEqual(signals, []);
});
