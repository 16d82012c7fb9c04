import assert from "node:assert/strict";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { RunStore } from "../../src/jobs/run_records.ts";
import { CHAT, withKillBench } from "../support/kill_bench.ts";

Deno.test({
  name: "killed while a job runs: the run is interrupted, told, and made up for once",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withKillBench(async (bench) => {
      const { home, alice } = bench;
      await bench.begin();
      alice.send("say: hello");
      await bench.until(() => bench.texts().includes("hello"));
      const slow = temp(bench);
      await new JobRegistry(home).add({
        name: "slow",
        title: "Slow",
        description: "Waits",
        schedule: "",
        at: new Date(Date.now() + 300).toISOString(),
        agent_instruction: `run: echo began >> '${slow}'; sleep 600`,
        chat_id: CHAT,
        on_missed: "run_once",
      });
      const begun = async () =>
        (await Deno.readTextFile(slow).catch(() => "")).trim().split("\n").filter(Boolean).length;
      for (const times of [1, 2]) {
        while (await begun() < times) await new Promise((resolve) => setTimeout(resolve, 50));
        await bench.kill();
        await bench.begin();
        await bench.until(() => told(bench) === times);
      }
      // The second time it was cut off it was the one that made up for the first.
      alice.send("say: end");
      await bench.until(() => bench.texts().includes("end"));
      const runs = await new RunStore(home).list("slow");
      assert.deepEqual(
        runs.map(({ status, cause }) => [status, cause]).sort(),
        [["interrupted", "again"], ["interrupted", "schedule"]],
      );
      assert.deepEqual([await begun(), told(bench)], [2, 2]);
    }, { permission_mode: "bypassPermissions" }),
});

function temp({ temp }: { temp: { at(name: string): string } }): string {
  return temp.at("began");
}

/** How often the chat was told of an interruption. */
function told({ texts }: { texts(): string[] }): number {
  return texts().filter((text) => text.includes("ended while the job Slow was running")).length;
}
