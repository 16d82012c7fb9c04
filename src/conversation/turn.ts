/** One turn, from a user's message to the end of the answer. */
import { getLogger } from "@logtape/logtape";
import {
  AgentError,
  type AgentErrorKind,
  type AgentEvent,
  type AgentSession,
  type SessionSpec,
  type TurnInput,
} from "../agents/agent.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { AgentPool } from "../agents/pool.ts";
import { withStallTimeout } from "../agents/stall.ts";
import type { Config } from "../config/schema.ts";
import { type Address, keyOf } from "./address.ts";
import type { Choice } from "./choice.ts";
import { parseDirective } from "./directives.ts";
import type { Inbox } from "./inbox.ts";
import type { Request } from "./request.ts";
import type { Sessions } from "./sessions.ts";
import type { Button, Reply, Speaker } from "./speaker.ts";

const log = getLogger(["ductor", "turn"]);

export interface TurnContext {
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  /** Working directory of chat agents. */
  workspace: string;
  /** Text for the agent's system prompt: the memory. Read anew for every process. */
  instructions(): Promise<string | undefined>;
  /** Added to the environment of the agent. */
  agentEnv(request: Request): Record<string, string>;
  /** What the conversation runs with. */
  choose(address: Address): Promise<Choice>;
  pool: AgentPool;
  models: ModelCatalogue;
  sessions: Sessions;
  inbox: Pick<Inbox<{ update_id: number }>, "started" | "done" | "park">;
  speaker: Speaker;
}

type End = Extract<AgentEvent, { type: "result" | "error" }>;

/** How a turn ended. `refused`: it failed, and the same again would fail again. */
export type TurnEnd = "answered" | "stopped" | "refused" | "failed";

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

/**
 * Runs one request to its end and tells the user how it went. Never throws: whatever goes wrong is
 * said in the chat. Aborting `signal` interrupts the agent and ends the answer where it is.
 *
 * The request's updates are done then, or parked when it failed.
 */
export async function runTurn(
  request: Request,
  context: TurnContext,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { speaker, inbox, models } = context;
  const { address, messageId, updateIds } = request;
  const where = messageId === undefined ? {} : { replyTo: messageId };
  let end: TurnEnd = "failed";
  try {
    await inbox.started(updateIds);
    const directive = parseDirective(request.text, (name) => models.resolve(name) !== undefined);
    if (directive.model !== undefined && directive.text === "") {
      await speaker.say(
        address,
        `Write your question after it: \`@${directive.model} your question\` asks that model once.`,
        where,
      );
      end = "answered";
    } else {
      using _typing = speaker.typing(address);
      const reply = speaker.reply(address, where);
      end = await answer(
        { ...request, text: directive.text },
        directive.model,
        context,
        reply,
        signal,
      );
    }
  } catch (error) {
    log.error("A turn failed in ductor itself: {error}", { error });
    await speaker.say(
      address,
      "⚠️ Something went wrong inside ductor; the log says what. Your session is kept.",
      { ...where, buttons: againButtons(request) },
    ).catch(() => {});
  }
  // What failed stays, so that its button can run it again.
  await (end === "failed" ? inbox.park(updateIds) : inbox.done(updateIds)).catch((error) =>
    log.error("Cannot note how a message ended: {error}", { error })
  );
  return end;
}

function againButtons({ updateIds: [id] }: Request): Button[][] {
  return id === undefined ? [] : [[{ label: "Try again", action: `again:${id}` }]];
}

async function answer(
  request: Request,
  directive: string | undefined,
  context: TurnContext,
  reply: Reply,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { sessions, pool, models } = context;
  const { address } = request;
  const key = keyOf(address);
  const chosen = await context.choose(address);
  const choice = directive === undefined ? chosen : models.resolve(directive) ?? chosen;
  const notes: string[] = [];
  let fresh = false;
  let crashed = false;
  while (true) {
    const config = context.config();
    const bucket = fresh
      ? undefined
      : await sessions.fresh(address, choice.provider, config, context.timeZone());
    // A warm process may still hold a session that was reset or has grown too old.
    if (bucket === undefined) await pool.closeKey(key, choice.provider);
    const spec = await specFor(request, choice, bucket?.session_id, context);
    let id: string | undefined;
    let touched = false;
    const end = await pool.use(key, choice.provider, spec, async (session) => {
      const run = relay(session, turnOf(request, spec), config.cli_timeout * 1000, reply, signal);
      for await (const event of run) {
        if (event.type === "session") {
          id = event.id;
          await sessions.began(
            address,
            { provider: choice.provider, sessionId: id },
            bucket !== undefined,
            chosen,
          );
        } else if (event.type === "result" || event.type === "error") {
          return event;
        } else touched = true;
      }
      return lost();
    }).catch((error): End => {
      if (error instanceof AgentError) {
        const detail = error.detail === undefined ? {} : { detail: error.detail };
        return { type: "error", kind: error.kind, message: error.message, ...detail };
      }
      throw error;
    });
    if (end.type === "error" && !signal.aborted) {
      if (end.kind === "resume_failed" && bucket !== undefined && !touched) {
        await sessions.reset(address, choice.provider);
        notes.push("_Your earlier session could not be continued, so this is a fresh one._");
        fresh = true;
        continue;
      }
      if (end.kind === "crash" && !crashed && !touched) {
        log.warn("The agent ended before it answered ({detail}); trying once more", {
          detail: end.detail,
        });
        crashed = true;
        continue;
      }
    }
    await sessions.record(address, {
      provider: choice.provider,
      sessionId: id ?? bucket?.session_id,
      costUsd: end.costUsd ?? 0,
      tokens: end.usage ? end.usage.inputTokens + end.usage.outputTokens : 0,
    }, chosen);
    return await finish(end, request, choice, context, reply, notes, signal);
  }

  function lost(): End {
    return { type: "error", kind: "crash", message: "The agent ended without an answer." };
  }
}

async function specFor(
  request: Request,
  { provider, model }: Choice,
  resume: string | undefined,
  context: TurnContext,
): Promise<SessionSpec> {
  const config = context.config();
  const instructions = await context.instructions();
  return {
    cwd: context.workspace,
    permissionMode: config.permission_mode,
    extraArgs: config.cli_parameters[provider],
    env: context.agentEnv(request),
    ...model !== "" && { model },
    // The config's effort is Codex's, as it was in the Python program.
    ...provider === "codex" && config.reasoning_effort !== "" &&
      { effort: config.reasoning_effort },
    ...resume !== undefined && { resume },
    ...instructions !== undefined && { instructions },
    ...config.max_turns !== null && { maxTurns: config.max_turns },
    ...config.max_budget_usd !== null && { maxBudgetUsd: config.max_budget_usd },
  };
}

function turnOf(request: Request, spec: SessionSpec): TurnInput {
  return {
    text: request.text,
    permissionMode: spec.permissionMode,
    ...request.images && { images: request.images },
    ...spec.model !== undefined && { model: spec.model },
    ...spec.effort !== undefined && { effort: spec.effort },
  };
}

/** Runs the turn and shows what happens; passes on what the caller has to know. */
async function* relay(
  session: AgentSession,
  turn: TurnInput,
  stallMs: number,
  reply: Reply,
  signal: AbortSignal,
): AsyncIterable<AgentEvent> {
  const events = withStallTimeout(session, turn, stallMs, signal);
  for await (const event of events) {
    switch (event.type) {
      case "text":
        if (event.parent !== undefined) continue; // a sub-agent's text is not the answer
        reply.text(event.text);
        break;
      case "text_end":
        reply.paragraph();
        break;
      case "tool":
        if (event.phase === "start") reply.tool(event.name, event.input);
        break;
      case "status":
        reply.status(STATUS_TEXT[event.status ?? "none"]);
        continue;
      case "permission":
        // Asking in the chat is not built yet; running it unasked would be worse than not at all.
        reply.status(`Not allowed: ${event.title}`);
        await event.respond({
          behavior: "deny",
          reason: "The user cannot be asked for permission here; find a way without it.",
        });
        break;
      case "result":
        if (!reply.started && event.text !== "") reply.text(event.text);
        break;
      case "alive":
      case "thinking":
      case "permission_cancelled":
        continue;
    }
    yield event;
  }
}

const STATUS_TEXT: Record<string, string | undefined> = {
  compacting: "Shortening the conversation so far…",
  retrying: "The service is busy, trying again…",
};

async function finish(
  end: End,
  request: Request,
  choice: Choice,
  context: TurnContext,
  reply: Reply,
  notes: string[],
  signal: AbortSignal,
): Promise<TurnEnd> {
  if (signal.aborted || (end.type === "result" && end.interrupted)) {
    await reply.finish(reply.started ? "_Stopped._" : undefined);
    return "stopped";
  }
  if (end.type === "result") {
    if (!reply.started) notes.push("_Done; the agent had nothing to say._");
    await reply.finish(notes.join("\n\n") || undefined);
    return "answered";
  }
  log.warn("A {provider} turn ended with {kind}: {detail}", {
    provider: choice.provider,
    kind: end.kind,
    detail: end.detail ?? end.message,
  });
  const until = end.resetAt ? ` It resets ${whenText(end.resetAt, context.timeZone())}.` : "";
  notes.push(`⚠️ ${end.message}${until}`);
  const retry = RETRYABLE.has(end.kind);
  await reply.finish(notes.join("\n\n"), retry ? againButtons(request) : []);
  return retry ? "failed" : "refused";
}

/** `at 14:00` today, else `on Mon 24 Nov at 14:00`. */
export function whenText(time: Date, timeZone: string, now: Date = new Date()): string {
  const part = (date: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(date);
  const clock = part(time, { hour: "2-digit", minute: "2-digit" });
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return part(time, day) === part(now, day) ? `at ${clock}` : `on ${part(time, day)} at ${clock}`;
}
