/**
 * Follows what an agent does to the end of a turn. The only place that reads an agent's events:
 * chats, turns nobody watches and jobs differ in what they do on the way, which they say with an
 * observer, not in when a turn is over, what its answer is, what it cost, or how long it may be
 * silent.
 */
import {
  AgentError,
  type AgentEvent,
  type AgentSession,
  type PermissionDecision,
  type TurnInput,
  type WokenTurn,
} from "../agents/agent.ts";
import { getLogger } from "@logtape/logtape";
import { stallTimeout } from "../agents/stall.ts";
import { spawn } from "../base/async/spawn.ts";
import { takeBack } from "../base/take_back.ts";
import type { Clock } from "../base/clock.ts";

const log = getLogger(["ductor", "turn"]);

export type End = Extract<AgentEvent, { type: "result" | "error" }>;

/** Sees each event; the next one is read when it is done. */
export type Observer = (event: AgentEvent) => void | Promise<void>;

export interface Following {
  /** Milliseconds without a sign of life after which the turn ends as a `timeout`; 0: no limit. */
  silenceMs: number;
  clock: Clock;
  /** Aborting it ends the turn; the session stays usable. */
  signal: AbortSignal;
  observe: Observer;
}

/** What became of a turn. */
export interface Followed {
  end: End;
  /**
   * Where to go on. Absent where the CLI has not told it, and where it failed before it said or did
   * anything: what it then calls its session need not be one.
   */
  sessionId: string | undefined;
  /**
   * The last word, Markdown: what the CLI reports as the answer, else what the agent wrote after
   * its last tool. Of a turn that failed, what it had written until then.
   */
  answer: string;
  /** Whether the agent said or did anything, so that trying again would do it twice. */
  acted: boolean;
  /** The agent has shortened its context on the way. */
  compacted: boolean;
  /** US dollars; absent: not known. */
  costUsd: number | undefined;
  /** In and out; absent: not known. */
  tokens: number | undefined;
}

/** A turn of which nothing has come yet. One that stays so has lost its agent. */
export const NOTHING: Followed = {
  end: { type: "error", kind: "crash", message: "The agent ended without an answer." },
  sessionId: undefined,
  answer: "",
  acted: false,
  compacted: false,
  costUsd: undefined,
  tokens: undefined,
};

/** Runs one turn to its end. A silent one is ended together with its session. */
export function follow(
  session: AgentSession,
  turn: TurnInput,
  following: Following,
): Promise<Followed> {
  return collect(session, session.run(turn, following.signal), following);
}

/** Follows a turn that the agent of `session` began by itself. */
export async function followWoken(
  session: AgentSession,
  woken: WokenTurn,
  following: Following,
): Promise<Followed> {
  const { signal } = following;
  const stop = () => spawn("Ending a turn that the agent began", woken.interrupt());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await collect(session, woken.events, following);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function collect(
  session: AgentSession,
  events: AsyncIterable<AgentEvent>,
  { silenceMs, clock, observe }: Following,
): Promise<Followed> {
  let so = NOTHING;
  const onStall = () => session.close();
  for await (const event of stallTimeout(events, silenceMs, { onStall, clock })) {
    so = noted(so, event);
    await observe(event);
    if (event === so.end) break;
  }
  return so;
}

/** What is known of a turn after one more event. */
export function noted(so: Followed, event: AgentEvent): Followed {
  switch (event.type) {
    case "session":
      return { ...so, sessionId: event.id };
    case "text":
      // A sub-agent's text is not the answer.
      if (event.parent !== undefined) return so;
      return { ...so, acted: true, answer: so.answer + event.text };
    case "text_end":
      return { ...so, acted: true, answer: paragraph(so.answer) };
    case "withdrawn":
      return { ...so, answer: paragraph(takeBack(so.answer, event.text)) };
    case "tool": {
      const own = event.phase === "start" && event.parent === undefined;
      return { ...so, acted: true, answer: own ? "" : so.answer };
    }
    case "permission":
      return { ...so, acted: true };
    case "answered":
      return { ...so, answer: paragraph(so.answer) };
    case "compacted":
      return { ...so, acted: true, compacted: true };
    case "result":
    case "error": {
      const { usage, costUsd } = event;
      const words = event.type === "result" ? event.text.trim() : "";
      return {
        ...so,
        ...!so.acted && event.type === "error" && { sessionId: undefined },
        end: event,
        answer: words || so.answer.trim(),
        costUsd,
        tokens: usage && usage.inputTokens + usage.outputTokens,
      };
    }
    default:
      return so;
  }
}

function paragraph(text: string): string {
  return text === "" ? "" : `${text.trimEnd()}\n\n`;
}

/** One turn after another: the last end and the last answer that there was, and the costs of both. */
export function together(before: Followed, after: Followed): Followed {
  return {
    end: after.end,
    sessionId: after.sessionId ?? before.sessionId,
    answer: after.answer || before.answer,
    acted: before.acted || after.acted,
    compacted: before.compacted || after.compacted,
    costUsd: sum(before.costUsd, after.costUsd),
    tokens: sum(before.tokens, after.tokens),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : one + (other ?? 0);
}

/**
 * A turn for which no session could be opened. For `catch`.
 *
 * @throws what is no {@link AgentError}
 */
export function unopened(error: unknown): Followed {
  if (!(error instanceof AgentError)) throw error;
  const { kind, message, detail } = error;
  const end: End = { type: "error", kind, message, ...detail !== undefined && { detail } };
  return { ...NOTHING, end };
}

/** Whether the turn was ended from outside, by us or in the CLI. */
export function wasInterrupted({ end }: Pick<Followed, "end">): boolean {
  return end.type === "result" && end.interrupted === true;
}

/** For turns nobody watches: what needs a permission is not allowed. */
export function denying(reason: string): Observer {
  return async (event) => {
    if (event.type === "permission") await event.respond({ behavior: "deny", reason });
  };
}

/** What is asked of the user, by whoever watches the turn from elsewhere. */
export type Ask = (
  question: AgentEvent & { type: "permission" },
  signal: AbortSignal,
) => Promise<PermissionDecision | undefined>;

/** For turns of which the user sees only what they ask, until `over` is aborted. */
export function asking(ask: Ask, over: AbortSignal): Observer {
  const open = new Map<string, AbortController>();
  return (event) => {
    if (event.type === "permission_cancelled") open.get(event.id)?.abort();
    if (event.type !== "permission") return;
    const taken = new AbortController();
    open.set(event.id, taken);
    const decided = ask(event, AbortSignal.any([taken.signal, over])).catch((error) => {
      log.error("The user could not be asked: {error}", { error });
      return { behavior: "deny", reason: "The user could not be asked." } as const;
    });
    spawn(
      "Answering what an agent asked",
      decided.then((decision) => decision && event.respond(decision)),
    );
  };
}
