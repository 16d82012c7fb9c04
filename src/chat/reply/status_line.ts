/** The passing line under an answer that is being written: what the agent is doing. */
import { oneLine, shorten } from "../../base/text.ts";
import { texts } from "./texts.ts";
import type { Piece } from "../../telegram/content.ts";

/** `verbosity` of the config. */
export type Verbosity = "quiet" | "normal" | "full";

/** Longest input of a tool, and longest piece of thinking, UTF-16 units. */
const INPUT_LENGTH = 60;
const THOUGHT_LENGTH = 160;

export class StatusLine {
  readonly #verbosity: Verbosity;
  /** Tools used so far and how often, in the order of their first use. */
  readonly #tools = new Map<string, number>();
  #input = "";
  #thought = "";
  #doing: "nothing" | "tool" | "thinking" = "nothing";
  #notice: string | undefined;

  constructor(verbosity: Verbosity) {
    this.#verbosity = verbosity;
  }

  /** @returns Whether the line looks different now. */
  tool(name: string, input: string): boolean {
    if (this.#verbosity === "quiet") return false;
    this.#tools.set(name, (this.#tools.get(name) ?? 0) + 1);
    this.#input = oneLine(input);
    this.#thought = "";
    this.#doing = "tool";
    return true;
  }

  /** @returns Whether the line looks different now. */
  thinking(text: string): boolean {
    if (this.#verbosity === "quiet") return false;
    const changed = this.#doing !== "thinking" || this.#verbosity === "full";
    this.#thought += text;
    this.#doing = "thinking";
    return changed;
  }

  /** The agent writes its answer. */
  writing(): void {
    this.#doing = "nothing";
    this.#thought = "";
  }

  /** @returns Whether the line looks different now. */
  notice(text: string | undefined): boolean {
    const changed = this.#notice !== text;
    this.#notice = text;
    return changed;
  }

  piece(): Piece | undefined {
    const text = this.#text();
    if (text === undefined) return undefined;
    return { text, entities: [{ type: "italic", offset: 0, length: text.length }] };
  }

  #text(): string | undefined {
    if (this.#notice !== undefined) return texts.status.notice(this.#notice);
    if (this.#doing === "thinking") {
      const thought = oneLine(this.#thought.replaceAll(/[*_`#]/g, ""));
      return this.#verbosity === "full" && thought !== ""
        ? texts.status.thought(shorten(thought, THOUGHT_LENGTH, { keep: "end" }))
        : texts.status.thinking;
    }
    if (this.#doing === "nothing") return undefined;
    const tools = [...this.#tools].map(([name, times]) => texts.status.times(name, times));
    return texts.status.tools(tools, shorten(this.#input, INPUT_LENGTH));
  }
}
