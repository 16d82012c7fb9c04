/** What ends a running answer: `/stop`, the stop words, and `/interrupt`. */
import type { Update } from "grammy/types";
import type { AgentPool } from "../../agents/pool.ts";
import { keyOf } from "../../conversation/address.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

export interface StopNeeds {
  conversations: Pick<Conversations, "at">;
  inbox: Pick<Inbox<Update>, "done">;
  pool: Pick<AgentPool, "stopBackground">;
  speaker: Pick<Speaker, "say">;
}

/**
 * `/stop`: ends the answer, what runs in the background, and drops what waits. The first and the last
 * have happened before this waits for anything.
 */
export function stopCommand({ conversations, inbox, pool, speaker }: StopNeeds): Command {
  return {
    name: "stop",
    description: texts.stop.description,
    group: "Session",
    when: "at_once",
    async run({ address }) {
      const conversation = conversations.at(address);
      const running = conversation?.running ?? false;
      const dropped = conversation?.stop() ?? [];
      await inbox.done(dropped.flatMap(({ updateIds }) => [...updateIds]));
      const tasks = await pool.stopBackground(keyOf(address));
      const titles = tasks.map(({ title }) => title);
      await speaker.say(address, texts.stop.stopped(running, dropped.length, titles));
    },
  };
}

/** `/interrupt`: ends the answer; what waits goes on. */
export function interruptCommand(
  { conversations, speaker }: Pick<StopNeeds, "conversations" | "speaker">,
): Command {
  return {
    name: "interrupt",
    description: texts.interrupt.description,
    group: "Session",
    when: "at_once",
    async run({ address }) {
      const conversation = conversations.at(address);
      conversation?.interrupt();
      if (!conversation?.running) await speaker.say(address, texts.stop.nothing);
    },
  };
}
