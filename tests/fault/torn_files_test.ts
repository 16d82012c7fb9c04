/** What a crash of the machine leaves: files whose last write came only halfway to the disk. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { CHAT, withKillBench } from "../support/kill_bench.ts";
import { until } from "../support/processes.ts";

Deno.test({
  name:
    "torn inbox, outbox and sessions: the bot starts, tells what it lost, and answers what it has",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withKillBench(async (bench) => {
      const { home, alice, server } = bench;
      await bench.begin();
      alice.send("say: before");
      await bench.until(() => bench.texts().includes("before"));
      await until(() => existsSync(home.sessionsFile), "the session to be noted");
      await bench.kill();
      alice.send("say: waiting");
      const update = server.updates.at(-1)!;
      // Accepted by the former run; then the machine went down within the next lines.
      const record = JSON.stringify({ k: "update", id: update.update_id, update });
      await append(home.inboxFile, `${record}\n{"k":"started","id":${update.update_id}`);
      const final = JSON.stringify({
        k: "final",
        id: "kept",
        chat: CHAT,
        content: { pieces: [{ text: "kept", entities: [] }] },
      });
      await append(home.outboxFile, `${final}\n{"k":"final","id":"torn","chat":7,"cont`);
      const sessions = await Deno.readFile(home.sessionsFile);
      await Deno.writeFile(home.sessionsFile, sessions.subarray(0, sessions.length / 2));
      await bench.begin();
      await bench.until(() => ["kept", "waiting"].every((text) => bench.texts().includes(text)));
      await bench.until(() => bench.texts().some((text) => text.includes("sessions.json")));
      const notice = bench.texts().find((text) => text.includes("sessions.json"))!;
      const [, aside = ""] = /kept as (\S+)[.;]/.exec(notice) ?? [];
      assert.notEqual(aside, "", notice);
      alice.send("say: after");
      await bench.until(() => bench.texts().includes("after"));
      for (const text of ["before", "waiting", "kept", "after"]) {
        assert.equal(bench.texts().filter((one) => one === text).length, 1, text);
      }
    }),
});

async function append(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { append: true });
}
