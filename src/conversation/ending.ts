/**
 * How a turn ended, and what the user has to know about it. Decides; what is said of it, and with
 * which buttons, is up to the chat.
 */
import type { AgentErrorKind } from "../agents/agent.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Choice } from "./choice.ts";
import type { Stopped } from "./conversation.ts";
import { type End, wasInterrupted } from "./follow.ts";
import type { SessionEntry } from "./sessions.ts";

/**
 * How a turn ended. `refused`: it failed, and the same again would fail again. `asking`: the program
 * ends while it waits for a person, and goes on with it at its next start.
 */
export type TurnEnd = "answered" | "stopped" | "asking" | "refused" | "failed";

export type Ending =
  | { outcome: "answered"; notes?: readonly Note[] }
  /** @param told The user has been told. */
  | { outcome: "stopped"; told?: boolean }
  | { outcome: "asking" }
  | { outcome: "refused" | "failed"; failure: Failure; notes?: readonly Note[] };

/** What is worth knowing beside the answer. */
export type Note =
  /** The session could not be gone on with. */
  | { type: "fresh_session" }
  | { type: "old_session"; hours: number }
  /** The agent has shortened its context, and said nothing. */
  | { type: "shortened" }
  /** A side question to an agent that has no copy of the conversation. */
  | { type: "without_session" }
  /** `@MODEL` stood alone; there was nothing to ask. */
  | { type: "no_question"; model: string };

/** What was chosen cannot be used, and what had been used before is in use. */
export interface TakenBack {
  refused: Used;
  used: Used;
  /** Set: it is in use again, so that it would be asked the next time. */
  again?: true;
}

/** What a conversation runs with; `effort` where that makes the difference. */
export type Used = Choice & { effort?: string };

export type Failure =
  /**
   * @param other Another provider that could be asked instead.
   * @param deadEnd This provider's session is refused every time; only a new one can help.
   * @param back What was just chosen is the reason, and is not in use any more.
   */
  | {
    type: "agent";
    end: End & { type: "error" };
    other: ProviderName | undefined;
    /** Who was asked. */
    provider?: ProviderName | undefined;
    deadEnd?: ProviderName;
    back?: TakenBack;
  }
  /** The project does not exist any more, or its folder is not there. */
  | { type: "no_project"; name: string; folder?: string }
  /** ductor ends, and ended the turn. */
  | { type: "program_ends" }
  /** A fault of ductor itself, which is in the log. */
  | { type: "fault" };

/** Failures after which trying the same again makes sense. */
const RETRYABLE: ReadonlySet<AgentErrorKind> = new Set<AgentErrorKind>([
  "auth",
  "crash",
  "not_found",
  "other",
  "rate_limit",
  "refused_conversation",
  "timeout",
  "usage_limit",
]);

export interface EndingFacts {
  end: End;
  /** What ended the turn from outside, if anything did. */
  stopped: Stopped;
  /** Whether the request is on disk, so that it can be gone on with. */
  kept?: boolean;
  notes?: readonly Note[];
  /** Who was asked. */
  provider?: ProviderName;
  /** Another provider that is installed. */
  other?: ProviderName | undefined;
  /** Whose session is refused every time. */
  deadEnd?: ProviderName | undefined;
  /** Set: what was chosen is the reason, and is not in use any more. */
  back?: TakenBack | undefined;
}

export function endingOf(facts: EndingFacts): Ending {
  const { end, stopped, kept = false, notes = [], provider, other, deadEnd, back } = facts;
  if (stopped === "asking" && kept) return { outcome: "asking" };
  if (stopped === "asking" || stopped === "program_ends") {
    return { outcome: "failed", failure: { type: "program_ends" } };
  }
  if (stopped === "told") return { outcome: "stopped", told: true };
  if (stopped === "by_user" || wasInterrupted({ end })) return { outcome: "stopped" };
  if (end.type === "result") return { outcome: "answered", notes };
  // The same again is asked of what was in use before.
  const outcome = RETRYABLE.has(end.kind) || back?.again ? "failed" : "refused";
  const failure: Failure = {
    type: "agent",
    end,
    other,
    ...provider && { provider },
    ...deadEnd && { deadEnd },
    ...back && { back },
  };
  return { outcome, failure, notes };
}

/** How often it is said that a session is old: with each such message. */
const SAY_EVERY = 10;

/**
 * The age of a conversation's session, where it is time to say so.
 *
 * @param limitHours Age from which on it is said; 0 or less: never.
 * @param now Milliseconds since the epoch.
 */
export function ageNote(
  entry: SessionEntry | undefined,
  provider: ProviderName,
  limitHours: number,
  now: number,
): Note | undefined {
  const bucket = entry?.provider_sessions[provider];
  if (limitHours <= 0 || !bucket || bucket.message_count % SAY_EVERY !== 0) return undefined;
  const hours = (now - Date.parse(bucket.created_at ?? entry.created_at)) / 3_600_000;
  return hours >= limitHours ? { type: "old_session", hours } : undefined;
}
