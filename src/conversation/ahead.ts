/**
 * Opens the next session of a conversation before anybody asks for it, so that its first message
 * finds a process that runs. No model is asked.
 */
import { PROVIDERS } from "../agents/provider.ts";
import { seatKey } from "./address.ts";
import { specFor } from "./run_spec.ts";
import type { Seat } from "./address.ts";
import type { TurnContext } from "./turn_context.ts";

type Context = Pick<
  TurnContext,
  | "agents"
  | "choose"
  | "config"
  | "home"
  | "memory"
  | "models"
  | "places"
  | "pool"
  | "sessions"
  | "timeZone"
>;

/** As above, for the conversation in which something was last said. */
export async function newestAhead(context: Context): Promise<void> {
  const all = await context.sessions.all();
  const newest = all.toSorted((a, b) => a.entry.last_active < b.entry.last_active ? 1 : -1)[0];
  if (newest) await openAhead(newest.address, context);
}

export async function openAhead(address: Seat, context: Context): Promise<void> {
  const config = context.config();
  if (!config.agents.prewarm) return;
  const place = await context.places.of(address);
  if (place.gone) return;
  const choice = await context.choose(place.seat);
  const { provider } = choice;
  if (!await context.agents[provider].isInstalled()) return;
  const bucket = await context.sessions.fresh(place.seat, provider, config, context.timeZone());
  const { session_id: resume, fork } = bucket ?? {};
  if (resume === undefined && PROVIDERS[provider].listsUnused) return;
  const { instructions } = await context.memory(place.project);
  const spec = specFor({ place, choice, resume, fork, instructions }, context);
  await context.pool.ahead(seatKey(place.seat), provider, spec);
}
