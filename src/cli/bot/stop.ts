/** `ductor stop`: ends the bot of this home, whoever started it. */
import { endInstance } from "../../app/end_instance.ts";
import { endFormerLife } from "../../app/life.ts";
import { counted } from "../../base/text.ts";
import { resolveHome } from "../../config/home.ts";
import { peekOrLastGood } from "../../config/load.ts";
import { print, printError } from "../output.ts";

const SAID = {
  not_running: "ductor is not running.",
  ended: "ductor has stopped.",
  forced: "ductor did not stop and was killed.",
} as const;

/** @returns 0 when nothing runs any more. */
export async function stop(): Promise<number> {
  const home = resolveHome(Deno.env);
  try {
    const ended = await endInstance(home, { say: print });
    const left = await endFormerLife(home);
    if (left) print(`Ended ${counted(left, "process", "processes")} that agents left running.`);
    // A bot that ended by itself has done so; one that was killed could not.
    const docker = await peekOrLastGood(home).then((config) => config?.docker, () => undefined);
    if (docker?.enabled) {
      const { stopSandbox } = await import("../../sandbox/teardown.ts");
      if (await stopSandbox(home, docker)) print("The sandbox's container is removed.");
    }
    print(SAID[ended]);
    return 0;
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
