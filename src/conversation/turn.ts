/** One turn, from a user's message to the end of the answer. */
import { PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import { counted } from "../base/text.ts";
import { getLogger } from "@logtape/logtape";
import type { Agent } from "../agents/agent.ts";
import type { Clock } from "../base/clock.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { AgentPool } from "../agents/pool.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { MemoryState } from "../workspace/memory_news.ts";
import { type Address, keyOf } from "./address.ts";
import type { Choice } from "./choice.ts";
import { ProgramEnds } from "./conversation.ts";
import { parseDirective } from "./directives.ts";
import { againButtons, finishReply } from "./ending.ts";
import { follow, unopened } from "./follow.ts";
import type { TurnEnd } from "./speaker.ts";
import { isCommand, type PromptHooks } from "./hooks.ts";
import type { Inbox } from "./inbox.ts";
import { relay } from "./relay.ts";
import type { Received, Request } from "./request.ts";
import { chatRun, runSpec, turnInput } from "./run_spec.ts";
import type { SessionBucket, Sessions } from "./sessions.ts";
import type { Reply, Speaker } from "./speaker.ts";

const log = getLogger(["ductor", "turn"]);

export interface TurnContext {
  config(): Config;
  clock: Clock;
  /** IANA zone of the user. */
  timeZone(): string;
  home: Pick<Home, "root" | "workspaceDir">;
  /** The memory as it is now, which a new session begins with. */
  memory(): Promise<MemoryState>;
  /** What of it is new to a session that has seen another version of it. */
  memoryNews(seen: string | undefined, now: MemoryState): Promise<string | undefined>;
  /** What the conversation runs with. */
  choose(address: Address): Promise<Choice>;
  agents: Record<ProviderName, Agent>;
  pool: AgentPool;
  models: ModelCatalogue;
  sessions: Sessions;
  inbox: Pick<Inbox<{ update_id: number }>, "started" | "done" | "park">;
  speaker: Speaker;
  hooks: PromptHooks;
  /** Fetches the attachments of a request. Does not fail: what is missing stands in the text. */
  receive(request: Request, signal: AbortSignal): Promise<Received>;
}

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
  // Also the id of the answer: a crash between the answer and the note that all is done would
  // otherwise ask about what was answered.
  const turn = crypto.randomUUID();
  let end: TurnEnd = "failed";
  try {
    await inbox.started(updateIds, turn);
    const directive = parseDirective(request.text, (name) => models.resolve(name) !== undefined);
    const files = request.attachments ?? [];
    if (directive.model !== undefined && directive.text === "" && files.length === 0) {
      await speaker.say(
        address,
        `Write your question after it: \`@${directive.model} your question\` asks that model once.`,
        { ...where, id: turn },
      );
      end = "answered";
    } else {
      using _typing = speaker.typing(address);
      const reply = speaker.reply(request, { id: turn, unkept: true });
      const asked = { ...request, text: directive.text };
      const received = files.length > 0 ? await context.receive(asked, signal) : {};
      if (signal.aborted) {
        // Stopped while files were fetched: the agent need not hear of it.
        await reply.finish({ outcome: "stopped" });
        end = "stopped";
      } else {
        end = await answer(
          { ...asked, ...received },
          directive.model,
          context,
          reply,
          signal,
        );
      }
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

async function answer(
  request: Request,
  directive: string | undefined,
  context: TurnContext,
  reply: Reply,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { sessions, pool, models, speaker, hooks } = context;
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
    const memory = await context.memory();
    const { instructions } = memory;
    const run = { address, choice, resume: bucket?.session_id, instructions };
    const spec = runSpec(chatRun(run, context.home, config), config, models);
    let text = request.text;
    const done = await pool.use(key, choice.provider, spec, async (session) => {
      using shown = relay({ request, reply, speaker });
      const completed = hooks.complete(key, request.text, (bucket?.message_count ?? 0) + 1);
      text = await withNews(completed, bucket, memory, context);
      return await follow(session, turnInput(spec, { ...request, text }), {
        silenceMs: config.cli_timeout * 1000,
        clock: context.clock,
        signal,
        async observe(event) {
          shown.observe(event);
          if (event.type === "status" && event.status === "compacting") hooks.compacting(key);
          if (event.type !== "session") return;
          await sessions.began(
            address,
            { provider: choice.provider, sessionId: event.id, memorySeen: memory.version },
            bucket !== undefined,
            chosen,
          ).catch(unrecorded);
        },
      });
    }).catch(unopened);
    const { end, acted } = done;
    const memorySeen = acted || end.type === "result" ? seenBy(text, bucket, memory) : undefined;
    if (end.type === "error" && !signal.aborted) {
      if (end.kind === "resume_failed" && bucket !== undefined && !acted) {
        await sessions.reset(address, choice.provider);
        notes.push("_Your earlier session could not be continued, so this is a fresh one._");
        fresh = true;
        continue;
      }
      if (end.kind === "crash" && !crashed && !acted) {
        log.warn("The agent ended before it answered ({detail}); trying once more", {
          detail: end.detail,
        });
        crashed = true;
        continue;
      }
    }
    await sessions.record(address, {
      provider: choice.provider,
      sessionId: done.sessionId ?? bucket?.session_id,
      costUsd: done.costUsd ?? 0,
      tokens: done.tokens ?? 0,
      ...memorySeen !== undefined && { memorySeen },
    }, chosen).catch(unrecorded);
    const age = await ageNote(address, choice.provider, context);
    if (age && end.type === "result") notes.push(age);
    return await finishReply({
      end,
      provider: choice.provider,
      other: await otherInstalled(choice.provider, context),
      request,
      reply,
      notes,
      stopped: signal.aborted,
      programEnds: signal.reason instanceof ProgramEnds,
      timeZone: context.timeZone(),
    });
  }
}

/** A session that cannot be written down is no reason to lose an answer. */
function unrecorded(error: unknown): void {
  log.error("The session could not be recorded: {error}", { error });
}

/** Every tenth message of an old session suggests a fresh one. */
async function ageNote(
  address: Address,
  provider: ProviderName,
  { sessions, config }: TurnContext,
): Promise<string | undefined> {
  const limit = config().session_age_warning_hours;
  const entry = await sessions.get(address);
  const bucket = entry?.provider_sessions[provider];
  if (limit <= 0 || !bucket || bucket.message_count % 10 !== 0) return undefined;
  const hours = (Date.now() - Date.parse(bucket.created_at ?? entry.created_at)) / 3_600_000;
  if (!(hours >= limit)) return undefined;
  const age = hours < 48
    ? counted(Math.floor(hours), "hour")
    : counted(Math.floor(hours / 24), "day");
  return `_This session is ${age} old. /new starts a fresh one._`;
}

async function otherInstalled(
  provider: ProviderName,
  { agents }: TurnContext,
): Promise<ProviderName | undefined> {
  for (const name of PROVIDER_NAMES) {
    if (name !== provider && await agents[name].isInstalled()) return name;
  }
  return undefined;
}

/**
 * The text for the agent with what is new in the memory, if anything is. A new session begins with
 * the memory as it is; a command of the CLI's own stays as it is.
 */
export async function withNews(
  text: string,
  bucket: SessionBucket | undefined,
  memory: MemoryState,
  context: Pick<TurnContext, "memoryNews">,
): Promise<string> {
  if (bucket === undefined || isCommand(text)) return text;
  const news = await context.memoryNews(bucket.memory_seen, memory);
  return news === undefined ? text : `${text}\n\n${news}`;
}

/** The version of the memory that a session has seen once it has had this text. */
export function seenBy(
  text: string,
  bucket: SessionBucket | undefined,
  memory: MemoryState,
): string | undefined {
  return bucket !== undefined && isCommand(text) ? bucket.memory_seen : memory.version;
}
