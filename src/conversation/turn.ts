/** One turn, from a user's message to the end of the answer. */
import { sep } from "node:path";
import { getLogger } from "@logtape/logtape";
import { isProvider, PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import type { Seat } from "./address.ts";
import { attemptBeside } from "./beside.ts";
import { type Asked, type Attempt, attempt, nextStep, unrecorded } from "./attempt.ts";
import { stoppedBy } from "./conversation.ts";
import { ageNote, type Ending, endingOf, type Note, type TurnEnd } from "./ending.ts";
import { wasInterrupted } from "./follow.ts";
import { HeldReply } from "./held_reply.ts";
import { finish } from "./relay.ts";
import type { Request } from "./request.ts";
import type { RunningTurn } from "./steering.ts";
import { takenBack } from "./take_back.ts";
import type { TurnContext } from "./turn_context.ts";

const log = getLogger(["ductor", "turn"]);

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
  const { speaker, inbox } = context;
  const { updateIds } = request;
  // Also the id of the answer: a crash between the answer and the note that all is done would
  // otherwise ask about what was answered.
  const id = crypto.randomUUID();
  // To what nobody has written, nothing is added.
  const running = request.silent || request.outside || request.beside
    ? undefined
    : context.steering.begin(request.address, { id, inbox, signal });
  let end: TurnEnd = "failed";
  try {
    await inbox.started(updateIds, id);
    end = await answer(request, { id, running }, context, signal);
  } catch (error) {
    log.error("A turn failed in ductor itself: {error}", { error });
    await speaker.end(request, { outcome: "failed", failure: { type: "fault" } }).catch(() => {});
  }
  await running?.close();
  const ids = [...updateIds, ...running?.updateIds ?? []];
  // What failed stays, so that its button can run it again; what waits for a person goes on.
  const note = end === "failed" ? "park" : end === "asking" ? "asking" : "done";
  await inbox[note](ids).catch((error) =>
    log.error("Cannot note how a message ended: {error}", { error })
  );
  return end;
}

async function answer(
  request: Request,
  { id, running }: { id: string; running: RunningTurn | undefined },
  context: TurnContext,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { speaker, models } = context;
  const { model, text } = parseDirective(
    request.text,
    (name) => agentNamed(name) !== undefined || models.resolve(name) !== undefined,
  );
  const files = request.attachments ?? [];
  if (model !== undefined && text === "" && files.length === 0) {
    const ending: Ending = { outcome: "answered", notes: [{ type: "no_question", model }] };
    await speaker.end(request, ending, { id });
    return ending.outcome;
  }
  const open = () => speaker.reply(request, { id, unkept: true });
  using _typing = request.silent ? undefined : speaker.typing(request.address);
  const reply = request.silent || request.beside === "bg"
    ? new HeldReply(open, request.silent)
    : open();
  const asked = { ...request, text };
  const place = await context.places.of({ ...request.address, ...inProject(request) });
  if (place.gone) {
    const ending: Ending = { outcome: "failed", failure: { type: "no_project", ...place.gone } };
    await reply.finish(ending);
    return ending.outcome;
  }
  if (running) running.seat = place.seat;
  const at = place.project ? context.home.workspaceDir + sep : "";
  const received = files.length > 0 ? await context.receive(asked, signal, at) : {};
  if (signal.aborted) {
    // Stopped while files were fetched: the agent need not hear of it.
    await reply.finish({ outcome: "stopped" });
    return "stopped";
  }
  const chosen = await context.choose(place.seat);
  const { provider } = request;
  const wanted = provider ?? agentNamed(model);
  const choice = wanted !== undefined
    ? wanted === chosen.provider ? chosen : { provider: wanted, model: "" }
    : model === undefined
    ? chosen
    : models.resolve(model) ?? chosen;
  const whole = { ...asked, ...received };
  return await ask({ request: whole, running, place, choice, chosen, reply }, context, signal);
}

/** The project a request asks for; of most it is that of their conversation. */
function inProject({ project }: Request): Pick<Seat, "project"> {
  return project === undefined ? {} : { project };
}

/** Asks the agent, as often as it takes, and ends the reply. */
async function ask(asked: Asked, context: TurnContext, signal: AbortSignal): Promise<TurnEnd> {
  const { sessions, clock } = context;
  const { place: { seat }, request: { updateIds } } = asked;
  const { choice: { provider, model = "" }, reply } = asked;
  const began = clock.elapsed();
  const notes: Note[] = [];
  let fresh = false;
  let crashed = false;
  let last: Attempt;
  while (true) {
    const { beside } = asked.request;
    last = beside
      ? await attemptBeside(asked, beside, { fresh }, context, signal)
      : await attempt(asked, { fresh }, context, signal);
    const step = nextStep(last, { stopped: signal.aborted, crashed });
    if (step === "end") break;
    if (step === "fresh") {
      // The old one stays on record until the fresh one has answered.
      notes.push({ type: "fresh_session" });
      fresh = true;
    } else {
      const { end } = last;
      const detail = end.type === "error" ? end.detail : undefined;
      log.warn("The agent ended before it answered ({detail}); trying once more", { detail });
      crashed = true;
    }
  }
  await record(last, asked, context);
  const { end } = last;
  if (asked.request.beside === "side" && !last.resumed && !fresh) {
    notes.push({ type: "without_session" });
  }
  if (end.type === "result" && !asked.request.beside) {
    if (last.compacted && last.answer === "") notes.push({ type: "shortened" });
    const limit = context.config().session_age_warning_hours;
    const age = ageNote(await sessions.get(seat), provider, limit, context.clock.now());
    if (age) notes.push(age);
  }
  const back = signal.aborted || asked.request.beside
    ? undefined
    : await takenBack(last, asked, context);
  const other = await otherInstalled(provider, context);
  const deadEnd = await isDeadEnd(last, asked, context) ? provider : undefined;
  const kept = updateIds.length > 0;
  const ending = endingOf({
    end,
    stopped: stoppedBy(signal),
    kept,
    notes,
    provider,
    other,
    deadEnd,
    back,
  });
  const { outcome } = ending;
  const { costUsd = 0 } = last;
  context.turned?.({
    kind: "turn",
    provider,
    model,
    outcome,
    ms: clock.elapsed() - began,
    costUsd,
  });
  await finish(reply, provider, ending);
  return outcome;
}

async function record(last: Attempt, asked: Asked, { sessions }: TurnContext): Promise<void> {
  const { reached, sessionId, costUsd = 0, tokens = 0, memorySeen } = last;
  const { place: { seat }, choice, chosen } = asked;
  const { provider } = choice;
  if (!reached) {
    const spent = { provider, sessionId: undefined, costUsd, tokens };
    return await sessions.recordQuiet(seat, spent, false).catch(unrecorded);
  }
  const answered = last.end.type === "result" && !wasInterrupted(last);
  if (asked.request.provider !== undefined && answered) {
    await sessions.choose(seat, choice).catch(unrecorded);
  }
  await sessions.record(seat, {
    provider,
    sessionId,
    costUsd,
    tokens,
    ...memorySeen !== undefined && { memorySeen },
    ...last.end.type === "error" && { failed: true },
    ...answered && choice === chosen && { proven: true },
  }, chosen).catch(unrecorded);
}

/** Whether the service has refused the same session in the same way before. */
async function isDeadEnd(
  { end }: Attempt,
  { request: { beside }, place: { seat }, choice: { provider } }: Asked,
  { sessions }: TurnContext,
): Promise<boolean> {
  if (end.type !== "error" || end.kind !== "refused_conversation" || beside) return false;
  try {
    return await sessions.refused(seat, provider, end.detail ?? end.message);
  } catch (error) {
    unrecorded(error);
    return false;
  }
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

function agentNamed(name = ""): ProviderName | undefined {
  const lower = name.toLowerCase();
  return isProvider(lower) ? lower : undefined;
}

/**
 * `@model` or `@agent` at the start of a message: this one turn runs with another. Only names that are
 * known count; `@john hi` reaches the agent as it was written.
 */
export function parseDirective(
  text: string,
  isKnown: (name: string) => boolean,
): { /** As typed, without the `@`. */ model?: string; text: string } {
  const match = /^\s*@([a-z][\w./:[\]-]*)(?=\s|$)/i.exec(text);
  if (!match || !isKnown(match[1]!)) return { text };
  return { model: match[1]!, text: text.slice(match[0].length).trim() };
}
