/** Lets CLIs in terminals reach the bot. */
import { basename } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import { isInside } from "../config/paths.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { Address } from "../conversation/address.ts";
import type { Places } from "../conversation/places.ts";
import type { Speaker } from "../conversation/speaker.ts";
import { ProgramEnds } from "../conversation/conversation.ts";
import type { Projects } from "../projects/projects.ts";
import { Terminals } from "../chat/terminal/terminals.ts";
import { lastInput } from "../terminal/idle.ts";
import { listen } from "../terminal/listen.ts";

const log = getLogger(["ductor", "terminal"]);

export interface TerminalOptions {
  home: Home;
  clock: Clock;
  config(): Config;
  speaker: Speaker;
  places: Places;
  projects: Projects;
}

/** @returns Ends it: what is open is asked again by the next run. */
export async function hearTerminals(options: TerminalOptions): Promise<AsyncDisposable> {
  const { home, config, projects, places } = options;
  const end = new AbortController();
  const asking = (open: boolean) =>
    open
      ? Deno.writeTextFile(home.terminalAsksFile, "").catch((error) =>
        log.warn("That a terminal waits is not noted: {error}", { error })
      )
      : Deno.remove(home.terminalAsksFile).catch(() => {});
  await asking(false);
  const terminals = new Terminals({
    ...options,
    asking,
    lastInput,
    signal: end.signal,
    async placeOf(folder) {
      const [owner] = config().allowed_user_ids;
      if (owner === undefined) return undefined;
      const project = (await projects.list()).find((one) => isInside(folder, one.folder));
      const name = project?.name ?? basename(folder);
      const there = project ? await places.workingIn(project.name) : [];
      const address = there.find((one) => isOwners(one, owner)) ?? { chatId: owner };
      return { address, name };
    },
  });
  const listening = await listen({
    path: home.terminalSocket,
    handle: (told, gone) => terminals.told(told, gone),
  });
  return {
    async [Symbol.asyncDispose]() {
      end.abort(new ProgramEnds(true));
      await listening?.[Symbol.asyncDispose]();
    },
  };
}

/** Nobody else decides about the owner's terminals. */
function isOwners({ chatId }: Address, owner: number): boolean {
  return chatId === owner || chatId < 0;
}
