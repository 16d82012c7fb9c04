/**
 * What the demo model says. It has no intelligence: it knows the script words of `words.ts` and is
 * honest about that. The demo agent and the tests' model server both answer from here, so what a
 * person sees in `ductor demo` is what the contract tests prove.
 */

import { WORDS } from "./words.ts";

/** One line of the conversation before the current turn. */
export interface Turn {
  role: "user" | "assistant";
  text: string;
}

/** What a command that the brain asked for gave back, in this turn. */
export interface ToolResult {
  output: string;
  ok: boolean;
}

/** Everything the brain looks at. It keeps nothing between calls. */
export interface Thought {
  /** What the user asks now. */
  text: string;
  /** What was said before, oldest first, without the current question. */
  history: readonly Turn[];
  /** Model the agent runs with, as it was asked for. */
  model?: string;
  /** Reasoning effort, as it was asked for. */
  effort?: string;
  /** Results of the commands asked for in this turn, oldest first. */
  toolResults: readonly ToolResult[];
  /** Number of pictures that came with the question. */
  images?: number;
  /** What the agent was told about itself: system prompt, memory. */
  instructions?: string;
  /** How often this very question was answered with a failure already. */
  attempt?: number;
}

/** An answer of the model's service that is an error. */
export interface Failure {
  /** HTTP status. */
  status: number;
  /** Error type, named as the Anthropic API names it. */
  type: string;
  message: string;
  /** A subscription's limit is used up: in how many seconds it ends. */
  resetsIn?: number;
}

/** One thing the brain does; a reply is a list of them. `run`, `use` or `fail` is always the last one. */
export type Step =
  /** Says a piece of the answer, after `waitMs` milliseconds if given. */
  | { say: string; waitMs?: number }
  /** Thinks aloud before it answers. */
  | { think: string }
  /** Wants a shell command run; is asked again with its result. */
  | { run: string }
  /** Calls a tool of Claude's by its name; is asked again with its result. */
  | { use: string; input: Record<string, unknown> }
  | { fail: Failure };

/** Decides what to do next in a turn. */
export type Brain = (thought: Thought) => Step[];

/** The scripted brain. Pure: same thought, same steps. */
export function think(thought: Thought): Step[] {
  const text = ownWords(thought.text);
  for (const word of WORDS) {
    const found = word.pattern.exec(text);
    if (found) return word.answer(found, { ...thought, text });
  }
  return [{ say: echo(text, thought.images ?? 0) }];
}

/**
 * What the user wrote, of all that ductor sends: without the blocks about files that came with it
 * (the echo counts the pictures), and without what ductor asks the agent on its own.
 */
function ownWords(text: string): string {
  const [words = ""] = text.split(/(?:^|\n\n)\[INCOMING FILE\]\n|\n\n\[ductor, not the user: /, 1);
  return (words === text ? text : words.replace(/^User message: /, "")).trim();
}

/** The answer to what is no script word: shows that the whole message arrived. */
function echo(text: string, images: number): string {
  const pictures = images === 0 ? "" : images === 1 ? " and a picture" : ` and ${images} pictures`;
  if (text === "") return `You sent me no words${pictures}. Say **help** for what I know.`;
  const shown = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  const quoted = shown.split("\n").map((line) => `> ${line}`).join("\n");
  return `You said${pictures ? ` (with${pictures.slice(4)})` : ""}:\n\n${quoted}\n\n` +
    "I am ductor's demo agent: there is no AI in me, so that is all I make of it. " +
    "Say **help** for the words I know.";
}
