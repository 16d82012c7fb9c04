/** What is asked of the bot in a run, each with words of its own, and what became of it. */
import type { Message } from "grammy/types";

export type Kind = "say" | "count" | "run" | "hook" | "job";

export interface Item {
  kind: Kind;
  chat: number;
  /** Unique in the run. */
  tag: string;
  /** What was written to the bot; absent for what no person wrote. */
  text?: string;
  /** How often its Run again was pressed, and whether its Drop was. */
  again: number;
  dropped: boolean;
}

export interface Outcome {
  /** Messages that are its answer. */
  answers: number;
  /** Messages that ask what is to become of it, or tell that it was cut off. */
  told: number;
  /** The answer, as far as it is known. */
  first?: number;
}

const NEW_SESSION = /\n+Your earlier session could not be continued, so this is a fresh one\.$/;

/** The text without the note that the agent did not get to keep its session. */
export function wordsOf({ text = "" }: Message): string {
  return text.replace(NEW_SESSION, "");
}

/** What is written to the bot for it. */
export function messageOf(kind: Kind, tag: string, number: number): string | undefined {
  if (kind === "say") return `say: ${tag}`;
  if (kind === "count") return `count to ${200 + number}`;
  if (kind === "run") return `run: echo ${tag} | tee -a ~/runs`;
  return undefined;
}

export function isAnswer({ kind, tag, text = "" }: Item, words: string): boolean {
  if (kind === "say") return words === tag;
  if (kind === "count") {
    const last = Number(/\d+/.exec(text)![0]);
    return words === Array.from({ length: last }, (_, n) => n + 1).join(", ");
  }
  if (kind === "run") return words.endsWith(`The command said:\n${tag}`);
  if (kind === "job") return words === `${tag}\n\ndone ${tag}`;
  return words.startsWith("You said") && words.includes(`“${tag}”`) ||
    words.startsWith("You said") && words.includes(`"${tag}"`);
}

export function isTold({ kind, tag, text }: Item, words: string): boolean {
  if (kind === "job") {
    return words.includes(`ended while the job ${tag} was running`) ||
      words.includes(`- ${tag} (`);
  }
  if (kind === "hook") return words.startsWith("⚠️ I was interrupted") && words.includes(tag);
  return words.startsWith(`I was interrupted while working on “${text}”`);
}

export function outcomeOf(item: Item, said: readonly Message[]): Outcome {
  const outcome: Outcome = { answers: 0, told: 0 };
  for (const message of said) {
    const words = wordsOf(message);
    if (isAnswer(item, words)) {
      outcome.answers++;
      outcome.first ??= message.message_id;
    } else if (isTold(item, words)) outcome.told++;
  }
  return outcome;
}

/** Whether nothing more will come of it. */
export function isOver(item: Item, { answers, told }: Outcome): boolean {
  if (answers > 0) return true;
  // What no person can be asked about is told.
  if (item.kind === "job" || item.kind === "hook") return told > 0;
  return item.dropped;
}
