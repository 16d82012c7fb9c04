/** How a turn ended, in the user's words. */
import { getLogger } from "@logtape/logtape";
import type { AgentErrorKind } from "../agents/agent.ts";
import { type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { End } from "./follow.ts";
import type { Request } from "./request.ts";
import type { Button, Reply, TurnEnd } from "./speaker.ts";

const log = getLogger(["ductor", "turn"]);

/** Failures after which trying the same again makes sense. */
const RETRYABLE: ReadonlySet<AgentErrorKind> = new Set<AgentErrorKind>([
  "auth",
  "crash",
  "not_found",
  "other",
  "rate_limit",
  "timeout",
  "usage_limit",
]);

export interface EndingOptions {
  end: End;
  provider: ProviderName;
  /** Another provider that is installed. */
  other: ProviderName | undefined;
  request: Request;
  reply: Reply;
  /** Markdown, put under the answer. */
  notes: readonly string[];
  stopped: boolean;
  /** It was not the user who stopped it. */
  programEnds: boolean;
  /** IANA zone of the user. */
  timeZone: string;
}

/** Ends the reply with what the user has to know, and buttons for what can be done. */
export async function finishReply(options: EndingOptions): Promise<TurnEnd> {
  const { end, request, reply, stopped } = options;
  const notes = [...options.notes];
  if (options.programEnds && stopped) {
    const note = "⏸ ductor ends just now, so this was left unfinished.";
    await reply.finish({ outcome: "failed", note, buttons: againButtons(request) });
    return "failed";
  }
  if (stopped || (end.type === "result" && end.interrupted)) {
    await reply.finish({ outcome: "stopped", note: reply.started ? "_Stopped._" : undefined });
    return "stopped";
  }
  if (end.type === "result") {
    if (!reply.started) notes.push("_Done; the agent had nothing to say._");
    await reply.finish({ outcome: "answered", note: notes.join("\n\n") || undefined });
    return "answered";
  }
  log.warn("A {provider} turn ended with {kind}: {detail}", {
    provider: options.provider,
    kind: end.kind,
    detail: end.detail ?? end.message,
  });
  const until = end.resetAt ? ` It resets ${whenText(end.resetAt, options.timeZone)}.` : "";
  notes.push(`⚠️ ${end.message}${until}`);
  const outcome = RETRYABLE.has(end.kind) ? "failed" : "refused";
  await reply.finish({ outcome, note: notes.join("\n\n"), buttons: buttonsFor(end, options) });
  return outcome;

  function buttonsFor(end: End & { type: "error" }, { other, timeZone }: EndingOptions) {
    const [id] = request.updateIds;
    if (id === undefined || !RETRYABLE.has(end.kind)) return [];
    if (end.kind !== "usage_limit") return againButtons(request);
    const rows: Button[][] = [];
    if (end.resetAt) {
      const seconds = Math.ceil(end.resetAt.getTime() / 1000);
      rows.push([{
        label: `Continue ${whenText(end.resetAt, timeZone)}`,
        action: `wait:${id}:${seconds}`,
      }]);
    }
    if (other) {
      rows.push([{
        label: `Switch to ${PROVIDERS[other].shortTitle}`,
        action: `switch:${id}:${other}`,
      }]);
    }
    rows.push([
      { label: "Try again", action: `again:${id}` },
      { label: "Drop", action: `drop:${id}` },
    ]);
    return rows;
  }
}

/** A button that runs the request again; it has to be parked for that. */
export function againButtons({ updateIds: [id] }: Request): Button[][] {
  return id === undefined ? [] : [[{ label: "Try again", action: `again:${id}` }]];
}

/** `at 14:00` today, else `on Mon 24 Nov at 14:00`. */
export function whenText(time: Date, timeZone: string, now: Date = new Date()): string {
  const part = (date: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(date);
  const clock = part(time, { hour: "2-digit", minute: "2-digit" });
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return part(time, day) === part(now, day) ? `at ${clock}` : `on ${part(time, day)} at ${clock}`;
}
