import type { Step, Thought } from "./thought.ts";

/** One thing the demo model understands. */
export interface Word {
  /** How it is written; shown by `help`. */
  usage: string;
  /** What it does, in a few words; shown by `help`. */
  does: string;
  pattern: RegExp;
  answer(found: RegExpExecArray, thought: Thought): Step[];
}

/** Says just that. */
export const say = (text: string): Step[] => [{ say: text }];
