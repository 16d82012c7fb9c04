/** The passing line under an answer that is being written: what the agent is doing, and for how long. */
import type { Clock } from "../../base/clock.ts";
import { unhideName } from "../../base/hidden.ts";
import { oneLine, shorten } from "../../base/text.ts";
import { texts } from "./texts.ts";
import type { Piece } from "../../telegram/content.ts";

/** `verbosity` of the config. */
export type Verbosity = "quiet" | "normal" | "full";

/** Longest input of a tool, and longest piece of thinking, UTF-16 units. */
const INPUT_LENGTH = 60;
const THOUGHT_LENGTH = 160;
/** A step that is over sooner shows no time. */
const SHOWN_FROM_MS = 5000;

export class StatusLine {
  readonly #verbosity: Verbosity;
  /** Tools used so far and how often, in the order of their first use. */
  readonly #tools = new Map<string, number>();
  #input = "";
  #thought = "";
  #doing: "nothing" | "tool" | "thinking" = "nothing";
  #notice: string | undefined;
  readonly #clock: Clock;
  #since: number;
  #lasted = 0;

  constructor(verbosity: Verbosity, clock: Clock) {
    this.#verbosity = verbosity;
    this.#clock = clock;
    this.#since = clock.elapsed();
  }

  /** Whether a step is shown. */
  get active(): boolean {
    return this.#doing !== "nothing" || this.#notice !== undefined;
  }

  /** The time of the step is counted from now on. */
  restart(): void {
    this.#since = this.#clock.elapsed();
    this.#lasted = 0;
  }

  /** Between two of these the line stays the same, so that not every look at it is an edit. */
  tick(): void {
    this.#lasted = this.#clock.elapsed() - this.#since;
  }

  /** @returns Whether the line looks different now. */
  tool(name: string, input: string): boolean {
    if (this.#verbosity === "quiet") return false;
    const shown = unhideName(name);
    this.#tools.set(shown, (this.#tools.get(shown) ?? 0) + 1);
    this.#input = unhideName(oneLine(input));
    this.#thought = "";
    this.#doing = "tool";
    this.restart();
    return true;
  }

  /** @returns Whether the line looks different now. */
  thinking(text: string): boolean {
    if (this.#verbosity === "quiet") return false;
    const changed = this.#doing !== "thinking" || this.#verbosity === "full";
    if (this.#doing !== "thinking") this.restart();
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
    if (changed) this.restart();
    this.#notice = text;
    return changed;
  }

  piece(): Piece | undefined {
    const step = this.#text();
    if (step === undefined) return undefined;
    const text = this.#lasted < SHOWN_FROM_MS ? step : texts.status.lasting(step, this.#lasted);
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
