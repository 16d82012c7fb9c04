/** `ductor stop`: ends the bot of this home, whoever started it. */
import { endInstance } from "../app/end_instance.ts";
import { resolveHome } from "../config/home.ts";
import { print, printError } from "./output.ts";

const SAID = {
  not_running: "ductor does not run.",
  ended: "ductor has ended.",
  forced: "ductor did not end by itself and was killed.",
} as const;

/** @returns 0 when nothing runs any more. */
export async function stop(): Promise<number> {
  const home = resolveHome(Deno.env);
  try {
    print(SAID[await endInstance(home, { say: print })]);
    return 0;
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
