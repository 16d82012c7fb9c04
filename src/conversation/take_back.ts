/**
 * A model, effort or provider that was chosen and cannot be used is taken back: what the
 * conversation ran with before is in use again, and so is its session.
 */
import type { AgentErrorKind } from "../agents/agent.ts";
import { isProvider, PROVIDERS } from "../agents/provider.ts";
import type { Config } from "../config/schema.ts";
import type { Attempt } from "./attempt.ts";
import type { Choice } from "./choice.ts";
import type { TakenBack } from "./ending.ts";
import type { Place } from "./places.ts";
import type { TurnContext } from "./turn_context.ts";

/** Failures that another model, or another agent, need not meet; the others when nothing was done. */
const REFUSED: ReadonlySet<AgentErrorKind> = new Set<AgentErrorKind>(["auth", "refused"]);
const AT_THE_START: ReadonlySet<AgentErrorKind> = new Set<AgentErrorKind>(["crash", "not_found"]);

/**
 * @param asked Who was asked, and who is asked in this conversation otherwise.
 * @returns What is said of it; absent: nothing that was just chosen is the reason of a failure.
 */
export async function takenBack(
  { end, reached }: Attempt,
  { place: { seat }, choice, chosen }: {
    place: Pick<Place, "seat">;
    choice: Choice;
    chosen: Choice;
  },
  { config, changeConfig, sessions }: Pick<TurnContext, "config" | "changeConfig" | "sessions">,
): Promise<TakenBack | undefined> {
  if (end.type !== "error") return undefined;
  if (!REFUSED.has(end.kind) && (reached || !AT_THE_START.has(end.kind))) return undefined;
  // It was asked once.
  if (!isSame(choice, chosen)) return { refused: choice, used: chosen };
  const before = await sessions.takeBack(seat, chosen);
  if (!before || !isProvider(before.provider)) return undefined;
  const { provider, model } = before;
  const { key } = PROVIDERS[provider].effort;
  const was = before.config as Partial<Config>;
  const { provider: nowProvider, model: nowModel, [key]: nowEffort } = config();
  if (isSame(choice, { provider: nowProvider, model: nowModel })) await changeConfig(was);
  const used = { provider, model };
  if (!isSame(choice, used)) return { refused: choice, used, again: true };
  const effort = was[key] ?? nowEffort;
  if (effort === nowEffort) return undefined;
  return { refused: { ...choice, effort: nowEffort }, used: { ...used, effort }, again: true };
}

function isSame(a: Choice, b: Choice): boolean {
  return a.provider === b.provider && a.model === b.model;
}
