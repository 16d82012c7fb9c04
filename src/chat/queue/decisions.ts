/**
 * The buttons under a request that was not answered: run it again, later, with another provider, in
 * a new session, or drop it. `VERB:UPDATE:…`. What one of them decides is on disk, together with the end of its press,
 * before anything of it shows; whoever comes too late gets a word.
 */
import type { Update } from "grammy/types";
import { isProvider, PROVIDER_NAMES, type ProviderName } from "../../agents/provider.ts";
import { Mutex } from "../../base/async/locks.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Places } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { whenText } from "../when.ts";
import type { ButtonAction, Press, PressResult } from "../presses.ts";
import type { ParkedRequests } from "./parked.ts";
import { texts } from "./texts.ts";

export interface DecisionNeeds {
  places: Pick<Places, "of">;
  sessions: Pick<Sessions, "reset">;
  speaker: Pick<Speaker, "say">;
  parked: Pick<ParkedRequests, "again" | "later" | "drop">;
  inbox: Pick<Inbox<Update>, "get" | "isDone">;
  /** IANA zone of the user. */
  timeZone(): string;
}

/** @returns Whether it was this press that decided. */
type Decide = (press: Press, updateId: number, more: string) => Promise<boolean>;

export function decisionActions(needs: DecisionNeeds): ButtonAction[] {
  const { parked, inbox, places, sessions, speaker, timeZone } = needs;
  // One at a time, so that of two taps the first one counts, with all it changes.
  const deciding = new Mutex();

  const decisions: Record<string, Decide> = {
    again: (press, id) => parked.again(id, press),
    drop: (press, id) => parked.drop(id, press),
    // `wait:UPDATE:SECONDS`, when a usage limit ends.
    wait: async (press, id, seconds) => {
      const until = Number(seconds) * 1000;
      if (!await parked.later(id, until, press)) return false;
      await speaker.say(press.address, texts.later(whenText(new Date(until), timeZone())));
      return true;
    },
    // `switch:UPDATE:PROVIDER`
    switch: (press, id, provider) => parked.again(id, press, known(provider)),
    // `fresh:UPDATE:PROVIDER`, when its session is refused every time. First: a press that a crash
    // cuts off after it comes again, and resets the same.
    fresh: async (press, id, provider) => {
      const { seat } = await places.of(press.address);
      await sessions.reset(seat, known(provider));
      return await parked.again(id, press);
    },
  };
  return Object.entries(decisions).map(([verb, decide]) => ({ verb, press: once(decide) }));

  function once(decide: Decide): ButtonAction["press"] {
    return (press) =>
      deciding.run(async (): Promise<PressResult> => {
        const [id = "", more = ""] = press.argument.split(":");
        const updateId = Number(id);
        const late = settled(updateId, press);
        if (late !== undefined) return { toast: late };
        if (inbox.get(updateId) && await decide(press, updateId, more)) return;
        const toast = settled(updateId, press);
        if (toast !== undefined) return { toast };
        await speaker.say(press.address, texts.lost);
      });
  }

  function known(provider: string): ProviderName {
    if (isProvider(provider)) return provider;
    throw new Error(`Cannot ask "${provider}": expected ${PROVIDER_NAMES.join(" or ")}.`);
  }

  /** Why there is nothing to decide any more; nothing as well when the request is not known. */
  function settled(updateId: number, { message }: Press): string | undefined {
    const { done, waiting, running, pressed } = texts.toasts;
    const entry = inbox.get(updateId);
    if (!entry) return inbox.isDone(updateId) ? done : undefined;
    if (entry.state === "waiting") return waiting;
    if (entry.state === "started") return running;
    return entry.parked?.pressed?.includes(message.message_id) ? pressed : undefined;
  }
}
