import assert from "node:assert/strict";
import { findInstance } from "../../src/app/instance_lock.ts";
import { withMachine } from "../support/living.ts";
import { until } from "../support/processes.ts";
import { programs } from "../support/program.ts";

const program = programs().at(-1)!;

Deno.test({
  name: "a supervised bot that is killed ten times in a row is back and answers each time",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withMachine(program, async (machine) => {
      await machine.configure();
      const { child, output } = await machine.start();
      const worked = (pid: number) =>
        until(
          async () => await Deno.readTextFile(machine.home.workedFile).catch(() => "") === `${pid}`,
          "a bot that hears from Telegram",
        );
      await worked((await findInstance(machine.home)).bot!.pid);
      await machine.answers();
      for (let n = 0; n < 10; n++) {
        const { pid } = (await findInstance(machine.home)).bot!;
        Deno.kill(pid, "SIGKILL");
        const next = await machine.botAfter(pid);
        await worked(next);
        await machine.answers();
      }
      assert.equal((await findInstance(machine.home)).supervisor!.pid, child.pid);
      child.kill("SIGTERM");
      const { stderr } = await output;
      const said = new TextDecoder().decode(stderr);
      assert.equal([...said.matchAll(/started again (now|in 1 s)/g)].length, 10, said);
    }),
});
