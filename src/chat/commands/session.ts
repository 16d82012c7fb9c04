import { PROVIDERS } from "../../agents/provider.ts";
import { keyOf } from "../../conversation/address.ts";
import type { Command } from "./command.ts";

/** `/new`: the next message begins afresh with this provider; other providers' sessions stay. */
export const reset: Command = {
  description: "Begin a new session",
  group: "Session",
  when: "in_turn",
  async run({ address }, _, { choose, pool, sessions, speaker }) {
    const { provider } = await choose(address);
    await pool.closeKey(keyOf(address), provider);
    const entry = await sessions.get(address);
    await sessions.reset(address, provider);
    const others = Object.entries(entry?.provider_sessions ?? {}).some(([name, { session_id }]) =>
      name !== provider && session_id !== ""
    );
    const kept = others ? " Sessions with others are kept." : "";
    await speaker.say(address, `**New session** with ${PROVIDERS[provider].title}.${kept}`);
  },
};

/** `/stop` acts before any queue, in the router; it is here for the menu. */
export const stop: Command = {
  description: "Stop the agent and drop what waits",
  group: "Session",
  when: "now",
  async run() {},
};

/** `/interrupt`, as `/stop`. */
export const interrupt: Command = {
  description: "Stop this answer, go on with what waits",
  group: "Session",
  when: "now",
  async run() {},
};
