/** What `service install` has to say about the shell it is called in: a service has none. */
import { counted } from "../../base/text.ts";
import type { Home } from "../../config/home.ts";
import { print } from "../output.ts";
import { missingIn, readEnvFile, updateEnvFile } from "./store.ts";

type Ask = (question: string) => Promise<boolean>;

export interface Offer {
  /** Whether to take it over; absent: ask, where somebody is there to answer. */
  take?: boolean | undefined;
  /** Asks a person yes or no; default: on the terminal, if it is one. `null`: there is nobody. */
  ask?: Ask | null;
}

export interface OfferOptions extends Offer {
  home: Home;
  shell?: Record<string, string>;
}

/** Lists what of this shell's known variables the service would not have, and takes it over. */
export async function offerEnvironment(options: OfferOptions): Promise<void> {
  const { home, take, shell = Deno.env.toObject(), ask = terminal() } = options;
  const file = await readEnvFile(home);
  // What the file says otherwise is meant so.
  const found = Object.fromEntries(
    Object.entries(missingIn(file, shell)).filter(([name]) => !Object.hasOwn(file, name)),
  );
  const names = Object.keys(found);
  if (names.length === 0 || take === false) return;
  print(`This shell sets what the service would not have: ${names.join(", ")}.`);
  const yes = take ?? await ask?.(`Copy ${names.length === 1 ? "it" : "them"} to ${home.envFile}?`);
  if (yes) {
    await updateEnvFile(home, found);
    print(`Copied ${counted(names.length, "variable")} to ${home.envFile}.`);
  } else {
    print("To copy it later: ductor env import");
  }
}

function terminal(): Ask | null {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return null;
  return async (message) => {
    const { confirm, isCancel } = await import("../prompts.ts");
    const yes = await confirm({ message });
    return !isCancel(yes) && yes;
  };
}
