/** How a turn ended, in the user's words, and buttons for what can be done about it. */
import { PROVIDERS } from "../../agents/provider.ts";
import type { Ending, Failure, Note, Used } from "../../conversation/ending.ts";
import type { Button } from "../../conversation/speaker.ts";
import { whenText } from "../when.ts";
import { texts } from "./texts.ts";

/** What stands under an answer. */
export interface Words {
  /** Markdown; empty: nothing. */
  note: string;
  /** Rows of buttons. */
  buttons: Button[][];
}

export interface WordsFor {
  /** Whether there is an answer that the words stand under. */
  started: boolean;
  /** The updates of the request; without any it cannot be run again. */
  updateIds: readonly number[];
  /** IANA zone of the user. */
  timeZone: string;
  now: Date;
}

export function wordsOf(ending: Ending, given: WordsFor): Words {
  if (ending.outcome === "stopped") {
    return { note: given.started && !ending.told ? texts.stopped : "", buttons: [] };
  }
  // It is said under the question.
  if (ending.outcome === "asking") return { note: "", buttons: [] };
  const notes = (ending.notes ?? []).map(noteText);
  if (ending.outcome === "answered") {
    const explained = ending.notes?.some(({ type }) => type === "shortened");
    if (!given.started && !explained) notes.push(texts.nothingSaid);
    return { note: notes.join("\n\n"), buttons: [] };
  }
  const { failure } = ending;
  const back = failure.type === "agent" && failure.back !== undefined;
  return {
    note: [...notes, failureText(failure, given)].join("\n\n"),
    buttons: [
      ...ending.outcome === "failed" ? buttonsFor(failure, given) : [],
      ...back ? [[{ label: texts.chooseModel, action: "model:new" }]] : [],
    ],
  };
}

function noteText(note: Note): string {
  switch (note.type) {
    case "fresh_session":
      return texts.freshSession;
    case "without_session":
      return texts.withoutSession;
    case "old_session":
      return texts.oldSession(note.hours);
    case "shortened":
      return texts.shortened;
    case "no_question":
      return texts.noQuestion(note.model);
  }
}

function usedText({ provider, model, effort }: Used): string {
  const { title } = PROVIDERS[provider];
  const name = model === "" ? texts.defaultModel(title) : `\`${model}\` of ${title}`;
  return effort === undefined ? name : texts.withEffort(name, effort);
}

function failureText(failure: Failure, { timeZone, now }: WordsFor): string {
  switch (failure.type) {
    case "no_project":
      return texts.noProject(failure.name, failure.folder);
    case "program_ends":
      return texts.programEnds;
    case "fault":
      return texts.fault;
    case "agent": {
      const { end: { message, resetAt }, deadEnd, back } = failure;
      return [
        texts.failed(message, resetAt && whenText(resetAt, timeZone, now)),
        ...deadEnd ? [texts.deadEnd(PROVIDERS[deadEnd].shortTitle)] : [],
        ...back ? [texts.takenBack(usedText(back.refused), usedText(back.used), !!back.again)] : [],
      ].join("\n\n");
    }
  }
}

/** They act on the request, which is parked for that; see `queue/decisions.ts`. */
function buttonsFor(failure: Failure, { updateIds, timeZone, now }: WordsFor): Button[][] {
  const [id] = updateIds;
  if (id === undefined) return [];
  const again = { label: texts.again, action: `again:${id}` };
  if (failure.type === "no_project") {
    return [[{ label: texts.otherProject, action: "project:new" }, again]];
  }
  if (failure.type === "agent" && failure.deadEnd) {
    const begin = { label: texts.newSession, action: `fresh:${id}:${failure.deadEnd}` };
    return [[begin], [again, { label: texts.drop, action: `drop:${id}` }]];
  }
  if (failure.type === "agent" && failure.end.kind === "auth" && failure.provider) {
    const { provider } = failure;
    const logIn = { label: texts.logIn, action: `login:${provider}` };
    return [PROVIDERS[provider].logInFromAfar ? [logIn, again] : [again]];
  }
  if (failure.type !== "agent" || failure.end.kind !== "usage_limit") return [[again]];
  const rows: Button[][] = [];
  const { end: { resetAt }, other } = failure;
  if (resetAt) {
    const seconds = Math.ceil(resetAt.getTime() / 1000);
    const label = texts.continue(whenText(resetAt, timeZone, now));
    rows.push([{ label, action: `wait:${id}:${seconds}` }]);
  }
  if (other) {
    const label = texts.switchTo(PROVIDERS[other].shortTitle);
    rows.push([{ label, action: `switch:${id}:${other}` }]);
  }
  return [...rows, [again, { label: texts.drop, action: `drop:${id}` }]];
}
