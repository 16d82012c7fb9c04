import type { AgentPool } from "../../agents/pool.ts";
import { type Address, seatKey } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Places } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { PROVIDERS } from "../../agents/provider.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

export interface NewNeeds {
  /** Opens the next session of a conversation before it is asked for. */
  ahead(address: Address): void;
  choose(address: Address): Promise<Choice>;
  places: Pick<Places, "of">;
  pool: Pick<AgentPool, "closeKey">;
  sessions: Pick<Sessions, "get" | "reset">;
  speaker: Pick<Speaker, "say">;
}

/** `/new`: the next message begins afresh with this provider where the conversation works; other providers' sessions stay. */
export function newCommand({ ahead, choose, places, pool, sessions, speaker }: NewNeeds): Command {
  return {
    name: "new",
    description: texts.new.description,
    group: "Session",
    when: "in_turn",
    async run({ address }) {
      const { provider } = await choose(address);
      const { seat } = await places.of(address);
      await pool.closeKey(seatKey(seat), provider);
      const entry = await sessions.get(seat);
      await sessions.reset(seat, provider);
      const others = Object.entries(entry?.provider_sessions ?? {})
        .some(([name, { session_id }]) => name !== provider && session_id !== "");
      ahead(address);
      await speaker.say(address, texts.new.begun(PROVIDERS[provider].title, others, seat.project));
    },
  };
}
