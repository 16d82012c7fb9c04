/**
 * What is asked beside the conversation: a side question, or a task that works on its own. It goes on
 * with a copy of the conversation's session, which is thrown away afterwards, so neither the running
 * turn nor the session itself sees anything of it.
 */
import type { AgentEvent, AgentSession, SessionSpec } from "../agents/agent.ts";
import { PROVIDERS } from "../agents/provider.ts";
import { oneLine, shorten } from "../base/text.ts";
import { type Asked, type Attempt } from "./attempt.ts";
import { follow, type Following, unopened } from "./follow.ts";
import { followToLast } from "./last_turn.ts";
import { relay } from "./relay.ts";
import type { Beside, Request } from "./request.ts";
import { chatRun, runSpec, turnInput } from "./run_spec.ts";
import { withNews } from "./session_memory.ts";
import type { TurnContext } from "./turn_context.ts";

/** UTF-16 units of a title. */
const TITLE = 40;

const READ_ONLY =
  "This is a side question: answer it with what you know and may read, and change " +
  "nothing.";

/** What it is called; the words of the user. */
export function titleOf({ text }: Pick<Request, "text">): string {
  return shorten(oneLine(text), TITLE);
}

/** Asks once, in a copy of the session that the conversation has, and shows what comes. */
export async function attemptBeside(
  { request, place, choice, reply }: Asked,
  beside: Beside,
  { fresh }: { fresh: boolean },
  context: TurnContext,
  signal: AbortSignal,
): Promise<Attempt> {
  const { provider } = choice;
  const config = context.config();
  const bucket = fresh || !PROVIDERS[provider].forks
    ? undefined
    : await context.sessions.fresh(place.seat, provider, config, context.timeZone());
  const memory = await context.memory(place.project);
  const { instructions } = memory;
  const run = chatRun(
    { place, choice, resume: bucket?.session_id, instructions },
    context.home,
    config,
  );
  const spec: SessionSpec = {
    ...runSpec({ ...run, persist: false, suggestions: false }, config, context.models),
    ...bucket && { fork: true },
    ...beside === "side" && { permissionMode: "plan" },
  };
  const text = await withNews(request.text, bucket, memory, context);
  const job = beside === "bg" ? titleOf(request) : undefined;
  let session: AgentSession | undefined;
  try {
    session = await context.agents[provider].open(spec);
    using shown = relay({ request, reply, signal, job }, context);
    const following: Following = {
      silenceMs: config.cli_timeout * 1000,
      clock: context.clock,
      signal,
      async observe(event) {
        if (beside === "side" && isRequest(event)) {
          await event.respond({ behavior: "deny", reason: READ_ONLY });
        } else shown.observe(event);
      },
    };
    const input = turnInput(spec, { ...request, text });
    const followed = beside === "bg"
      ? await followToLast(session, input, following)
      : await follow(session, input, following);
    return { ...followed, ...NO_RECORD, resumed: bucket !== undefined };
  } catch (error) {
    return { ...unopened(error), ...NO_RECORD, resumed: bucket !== undefined };
  } finally {
    await session?.close();
  }
}

/** The session of the conversation has nothing of it but the costs. */
const NO_RECORD = { sessionId: undefined, reached: false, memorySeen: undefined };

function isRequest(event: AgentEvent): event is AgentEvent & { type: "permission" } {
  return event.type === "permission" && event.choices === undefined;
}
