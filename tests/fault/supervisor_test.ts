import assert from "node:assert/strict";
import { findInstance } from "../../src/app/find_instance.ts";
import { withMachine } from "../support/living.ts";
import { until } from "../support/processes.ts";
import { programs, spawnProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

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
          async () =>
            (await Deno.readTextFile(machine.home.workedFile).catch(() => "")).split("\n")[0] ===
              `${pid}`,
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

const compiled = programs().find(({ label }) => label === "compiled");
Deno.test({
  name: "a supervisor whose program cannot be started for a while says so and goes on trying" +
    (compiled ? "" : " (skipped: DUCTOR_TEST_BINARY)"),
  ignore: !compiled || Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const command = temp.at("ductor");
    await Deno.copyFile(compiled!.command, command);
    await withMachine({ ...compiled!, command }, async (machine) => {
      await machine.configure();
      const child = spawnProgram({ ...compiled!, command }, ["start"], machine.env);
      let said = "";
      const read = child.stderr.pipeThrough(new TextDecoderStream())
        .pipeTo(new WritableStream({ write: (text) => void (said += text) }));
      const pid = await machine.botAfter();
      await Deno.chmod(command, 0o600);
      Deno.kill(pid, "SIGKILL");
      await until(() => /Cannot start .*ductor: .*denied/.test(said), () => said);
      await Deno.chmod(command, 0o700);
      await machine.botAfter(pid);
      await machine.answers();
      child.kill("SIGTERM");
      await Promise.all([read, child.stdout.cancel(), child.status]);
    });
  },
});
