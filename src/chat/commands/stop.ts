/** What ends a running answer: `/stop`, the stop words, and `/interrupt`. */
import type { Update } from "grammy/types";
import type { AgentPool } from "../../agents/pool.ts";
import { isOf } from "../../conversation/address.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";
import type { Besides } from "../beside/beside.ts";
import type { LogIns } from "../login/login.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

export interface StopNeeds {
  conversations: Pick<Conversations, "at">;
  inbox: Pick<Inbox<Update>, "done">;
  pool: Pick<AgentPool, "stopBackground">;
  besides: Pick<Besides, "stop">;
  logIns: Pick<LogIns, "stop">;
  speaker: Pick<Speaker, "say">;
  automation: { scheduler: Pick<Scheduler, "view"> };
}

/**
 * `/stop`: ends the answer, what runs in the background, and drops what waits. The first and the last
 * have happened before this waits for anything. One line says all of it. Jobs have their own panel.
 */
export function stopCommand(needs: StopNeeds): Command {
  const { besides, logIns, conversations, inbox, pool, speaker, automation } = needs;
  return {
    name: "stop",
    description: texts.stop.description,
    group: "Session",
    when: "at_once",
    async run({ address }) {
      const conversation = conversations.at(address);
      const running = conversation?.running ?? false;
      const dropped = conversation?.stop() ?? [];
      const beside = besides.stop(address);
      await inbox.done(dropped.flatMap(({ updateIds }) => [...updateIds]));
      const tasks = await pool.stopBackground((key) => isOf(key, address));
      const titles = [
        ...tasks.map(({ title }) => title),
        ...await beside,
        ...await logIns.stop(address.chatId),
      ];
      const nothing = !running && dropped.length + titles.length === 0;
      const jobs = nothing
        ? (await automation.scheduler.view()).filter(({ running }) => running)
        : [];
      const goOn = jobs.map(({ title }) => title);
      await speaker.say(address, texts.stop.stopped(running, dropped.length, titles, goOn));
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
