/**
 * The buttons under a request that was not answered: run it again, later, with another provider, or
 * drop it. `VERB:UPDATE:…`. What one of them decides is on disk, together with the end of its press,
 * before anything of it shows; whoever comes too late gets a word.
 */
import type { Update } from "grammy/types";
import { isProvider } from "../../agents/provider.ts";
import { whenText } from "../../conversation/ending.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import { Mutex } from "../../base/async/locks.ts";
import type { Action, ActionResult, Actions, Press } from "../presses.ts";
import type { CommandContext } from "../commands/mod.ts";
import type { Desk } from "./queue_notice.ts";

export interface DecisionsContext extends Pick<CommandContext, "agents" | "sessions" | "speaker"> {
  desk: Pick<Desk, "again" | "later" | "drop">;
  inbox: Pick<Inbox<Update>, "get" | "isDone">;
  /** IANA zone of the user. */
  timeZone(): string;
}

/** @returns Whether it was this press that decided. */
type Decide = (press: Press, updateId: number, more: string) => Promise<boolean>;

export function registerDecisions(actions: Actions, context: DecisionsContext): void {
  const { desk, inbox, sessions, speaker, timeZone } = context;
  // One at a time, so that of two taps the first one counts, with all it changes.
  const deciding = new Mutex();

  const decisions: Record<string, Decide> = {
    again: (press, id) => desk.again(id, press),
    drop: (press, id) => desk.drop(id, press),
    // `wait:UPDATE:SECONDS`, when a usage limit ends.
    wait: async (press, id, seconds) => {
      const until = Number(seconds) * 1000;
      if (!await desk.later(id, until, press)) return false;
      const when = whenText(new Date(until), timeZone());
      await speaker.say(press.address, `I will go on with it by myself ${when}.`);
      return true;
    },
    // `switch:UPDATE:PROVIDER`
    switch: async (press, id, provider) => {
      if (!isProvider(provider)) {
        throw new Error(`Cannot switch: no provider is called ${provider}`);
      }
      // First: a press that a crash cuts off after it comes again, and chooses the same.
      await sessions.choose(press.address, provider, "");
      return await desk.again(id, press);
    },
  };
  for (const [verb, decide] of Object.entries(decisions)) actions.on(verb, once(decide));

  function once(decide: Decide): Action {
    return (press) =>
      deciding.run(async (): Promise<ActionResult> => {
        const [id = "", more = ""] = press.argument.split(":");
        const updateId = Number(id);
        const late = settled(updateId, press);
        if (late !== undefined) return { toast: late };
        if (inbox.get(updateId) && await decide(press, updateId, more)) return;
        const toast = settled(updateId, press);
        if (toast !== undefined) return { toast };
        await speaker.say(press.address, "I no longer have that message. Please send it again.");
      });
  }

  /** Why there is nothing to decide any more; nothing as well when the request is not known. */
  function settled(updateId: number, { message }: Press): string | undefined {
    const entry = inbox.get(updateId);
    if (!entry) return inbox.isDone(updateId) ? "Already done or dropped." : undefined;
    if (entry.state === "waiting") return "Already waiting for its turn.";
    if (entry.state === "started") return "Already running.";
    return entry.parked?.pressed?.includes(message.message_id) ? "Already pressed." : undefined;
  }
}
