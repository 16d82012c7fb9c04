/** One attempt at an answer, and whether there has to be another one. */
import { getLogger } from "@logtape/logtape";
import type { AgentEvent } from "../agents/agent.ts";
import { seatKey } from "./address.ts";
import type { Choice } from "./choice.ts";
import { follow, type Followed, unopened } from "./follow.ts";
import type { Place } from "./places.ts";
import { relay } from "./relay.ts";
import type { Request } from "./request.ts";
import { specFor, turnInput } from "./run_spec.ts";
import { seenBy, withNews } from "./session_memory.ts";
import type { Reply } from "./speaker.ts";
import type { RunningTurn } from "./steering.ts";
import type { TurnContext } from "./turn_context.ts";

const log = getLogger(["ductor", "turn"]);

/** A session that does this is one to go on with; before that its start may still fail. */
const AT_WORK: ReadonlySet<AgentEvent["type"]> = new Set<AgentEvent["type"]>([
  "text",
  "text_end",
  "thinking",
  "tool",
  "permission",
]);

export interface Asked {
  /** With the text as the agent gets it, and everything fetched. */
  request: Request;
  /** What more can be added to; absent: to this nothing. */
  running?: RunningTurn | undefined;
  /** Where the agent works, and whose sessions it has. */
  place: Place;
  /** Who is asked this time. */
  choice: Choice;
  /** Who is asked in this conversation otherwise. */
  chosen: Choice;
  reply: Reply;
}

export interface Attempt extends Followed {
  /** Whether it was an attempt to go on with a session. */
  resumed: boolean;
  /** Whether the text got to the agent; else it failed at once, and the session is as it was. */
  reached: boolean;
  /** Version of the memory that the session has now seen; absent: the text did not reach it. */
  memorySeen: string | undefined;
}

/** Asks once, and shows what comes. `fresh`: in a new session, whatever there is to go on with. */
export async function attempt(
  { request, running, place, choice, chosen, reply }: Asked,
  { fresh }: { fresh: boolean },
  context: TurnContext,
  signal: AbortSignal,
): Promise<Attempt> {
  const { sessions, pool, hooks } = context;
  const { seat } = place;
  const { provider } = choice;
  const key = seatKey(seat);
  const config = context.config();
  const bucket = fresh
    ? undefined
    : await sessions.fresh(seat, provider, config, context.timeZone());
  // A warm process may still hold a session that was reset or has grown too old.
  if (bucket === undefined) await pool.closeKey(key, provider, { keepNew: true });
  const memory = await context.memory(place.project);
  const { instructions } = memory;
  const { session_id: resume, fork } = bucket ?? {};
  const spec = specFor({ place, choice, resume, fork, instructions }, context);
  const resumed = bucket !== undefined;
  if (!resumed && place.project) {
    await context.changes?.begin(`${key}/${provider}`, place.project.folder).catch((error) =>
      log.debug("How the project is now is not noted: {error}", { error })
    );
  }
  // An attempt before this one may have been told more.
  const asked = [request.text, ...running?.texts ?? []].join("\n\n");
  let text = asked;
  let began: Parameters<typeof sessions.began>[1] | undefined;
  const followed = await pool.use(key, provider, spec, async (session) => {
    using shown = relay({ request, reply, signal }, context);
    using _added = running?.asked(session);
    const completed = request.outside
      ? asked
      : hooks.complete(key, asked, (bucket?.message_count ?? 0) + 1, memory.at);
    text = await withNews(completed, bucket, memory, context);
    return await follow(session, turnInput(spec, { ...request, text }), {
      silenceMs: config.cli_timeout * 1000,
      clock: context.clock,
      signal,
      async observe(event) {
        shown.observe(event);
        if (event.type === "status" && event.status === "compacting") hooks.compacting(key);
        if (event.type === "session") {
          began = { provider, sessionId: event.id, memorySeen: memory.version };
        } else if (began && AT_WORK.has(event.type)) {
          await sessions.began(seat, began, resumed, chosen).catch(unrecorded);
          began = undefined;
        }
      },
    });
  }).catch(unopened);
  const reached = followed.acted || followed.end.type === "result";
  return {
    ...followed,
    sessionId: followed.sessionId ?? bucket?.session_id,
    resumed,
    reached,
    memorySeen: reached ? seenBy(text, bucket, memory) : undefined,
  };
}

/**
 * What follows an attempt: the end, the same `again`, or again in a `fresh` session. What the agent
 * has said or done is never done twice.
 */
export function nextStep(
  { end, acted, resumed }: Pick<Attempt, "end" | "acted" | "resumed">,
  { stopped, crashed }: {
    stopped: boolean;
    /** An attempt before this one ended in a crash. */
    crashed: boolean;
  },
): "end" | "again" | "fresh" {
  if (end.type !== "error" || acted || stopped) return "end";
  if (end.kind === "resume_failed" && resumed) return "fresh";
  return end.kind === "crash" && !crashed ? "again" : "end";
}

/** A session that cannot be written down is no reason to lose an answer. */
export function unrecorded(error: unknown): void {
  log.error("The session could not be recorded: {error}", { error });
}
