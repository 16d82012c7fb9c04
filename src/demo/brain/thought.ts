/** What a model is shown in a turn, and what it can do. */

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
  /** Calls a tool of Claude's or Codex's by its name; is asked again with its result. */
  | { use: string; input: Record<string, unknown> }
  | { fail: Failure };

/** Decides what to do next in a turn. */
export type Brain = (thought: Thought) => Step[];
