/** A disk without room: nothing is confirmed that is not on it, and all is answered afterwards. */
import assert from "node:assert/strict";
import type { Update } from "grammy/types";
import { dirname } from "node:path";
import { until } from "../support/processes.ts";
import { type KillBench, withKillBench } from "../support/kill_bench.ts";

async function run(command: string, ...args: string[]): Promise<boolean> {
  const done = await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()
    .catch(() => undefined);
  return done?.success ?? false;
}

/** Whether a small disk can be made here. */
async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const folder = await Deno.makeTempDir();
  const can = await run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
  if (can) await run("umount", folder);
  await Deno.remove(folder);
  return can;
}

const mounts = await canMount();
// deno-lint-ignore no-console -- a test run has to show what it left out
if (!mounts) console.log("skipped: full disk: no tmpfs can be mounted (needs root on Linux)");

/** A bot that works, in a home of its own small disk. */
function onSmallDisk(fn: (bench: KillBench, folder: string) => Promise<void>): Promise<void> {
  return withKillBench(async (bench) => {
    const { home, alice } = bench;
    const folder = dirname(home.root);
    const config = await Deno.readTextFile(home.configFile);
    assert.ok(await run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder));
    try {
      await Deno.mkdir(home.configDir, { recursive: true });
      await Deno.writeTextFile(home.configFile, config);
      await bench.begin();
      alice.send("say: before");
      await bench.until(() => bench.texts().includes("before"));
      await fn(bench, folder);
    } finally {
      await bench.kill();
      await run("umount", "-l", folder);
    }
  });
}

Deno.test({
  name:
    "messages that come while the disk is full are not confirmed, and answered when there is room",
  ignore: !mounts,
  fn: () =>
    onSmallDisk(async (bench, folder) => {
      const { home, server, alice } = bench;
      await until(
        async () => (await Deno.readTextFile(home.inboxFile)).includes('{"k":"done"'),
        "the end of the turn",
      );
      const filler = `${folder}/filler`;
      await run("dd", "if=/dev/zero", `of=${filler}`, "bs=4096");
      // Longer than what may be left of the last page of a file.
      alice.send(`measure: ${"x".repeat(4050)}`);
      const { update_id } = server.updates.at(-1)!;
      // It asks for the same update again: it was not confirmed.
      await bench.until(() =>
        server.calls.filter(({ method, result }) =>
          method === "getUpdates" &&
          (result as Update[] | undefined)?.some((one) => one.update_id === update_id)
        ).length >= 2
      );
      alice.send(`measure: ${"x".repeat(4060)}`);
      assert.equal(server.pendingUpdates, 2);
      await bench.until(() => bench.texts().at(-1)!.startsWith("⚠️ The disk is full"));
      assert.equal(bench.texts().length, 2);
      await Deno.remove(filler);
      const answers = () => bench.texts().filter((text) => text.startsWith("Your message has"));
      await bench.until(() => answers().length > 0);
      await bench.until(() => server.pendingUpdates === 0);
      // What Telegram cuts in two because it is long comes together and is one request.
      assert.deepEqual(answers().map((text) => /has (\d+)/.exec(text)?.[1]), ["8129"]);
    }),
});

const TOLD = "⚠️ The disk is";

/** A bot that has worked, in a home of its own disk; which is broken between two lives. */
function betweenLives(
  breakIt: (folder: string) => Promise<void>,
  mendIt: (folder: string) => Promise<void>,
  trouble: string,
): Promise<void> {
  return onSmallDisk(async (bench, folder) => {
    const { home, alice, server } = bench;
    await bench.kill();
    // A note that makes the start write something, and lines that would be set aside.
    await Deno.writeTextFile(home.inboxFile, "no record\n", { append: true });
    await breakIt(folder);
    await bench.begin();
    const told = () => bench.texts().filter((text) => text.startsWith(TOLD));
    await bench.until(() => told().length === 1);
    assert.ok(
      told()[0]!.startsWith(`${TOLD} ${trouble}: nothing can be written to ${home.root}`),
    );
    alice.send("say: meanwhile");
    await bench.call(({ method }) => method === "getUpdates");
    assert.equal(server.pendingUpdates, 1);
    await mendIt(folder);
    await bench.until(() => bench.texts().includes("meanwhile"));
    assert.equal(bench.texts().filter((text) => text === "meanwhile").length, 1);
    assert.equal(told().length, 1);
  });
}

Deno.test({
  name: "K15.9 full disk: the bot starts, says what it cannot do, and goes on when there is room",
  ignore: !mounts,
  fn: () =>
    betweenLives(
      async (folder) => void await run("dd", "if=/dev/zero", `of=${folder}/filler`, "bs=4096"),
      (folder) => Deno.remove(`${folder}/filler`),
      "full",
    ),
});

Deno.test({
  name:
    "K15.9 read-only disk: the bot starts, says what it cannot do, and goes on when it is mended",
  ignore: !mounts,
  fn: () =>
    betweenLives(
      async (folder) => assert.ok(await run("mount", "-o", "remount,ro", folder)),
      async (folder) => assert.ok(await run("mount", "-o", "remount,rw", folder)),
      "read-only",
    ),
});
