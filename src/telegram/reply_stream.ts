/** The answer of a turn, shown in one post while it is being written. */
import type { Button, Reply } from "../conversation/speaker.ts";
import { keyboardOf } from "./buttons.ts";
import type { Content, Piece } from "./content.ts";
import type { Post } from "./post.ts";
import { render, split, stripMarkers } from "./render/mod.ts";

/** Longest input of a tool in the status line, UTF-16 units. */
const INPUT_LENGTH = 60;

export interface ReplyStreamOptions {
  /** False: only the finished answer is shown (`streaming.enabled`). */
  live: boolean;
}

export class ReplyStream implements Reply {
  readonly #post: Post;
  readonly #live: boolean;
  #answer = "";
  #newParagraph = false;
  /** Tools used so far and how often, in the order of their first use. */
  readonly #tools = new Map<string, number>();
  #toolInput = "";
  #working = false;
  #status: string | undefined;
  /** Rendered pieces of the answer at `length`. */
  #rendered: { length: number; pieces: Piece[] } = { length: 0, pieces: [] };

  constructor(post: Post, options: ReplyStreamOptions) {
    this.#post = post;
    this.#live = options.live;
  }

  get started(): boolean {
    return this.#answer !== "";
  }

  text(delta: string): void {
    if (this.#answer === "") delta = delta.trimStart();
    if (delta === "") return;
    if (this.#newParagraph && this.#answer !== "") this.#answer += "\n\n";
    this.#newParagraph = false;
    this.#answer += delta;
    this.#working = false;
    this.#show();
  }

  paragraph(): void {
    this.#newParagraph = true;
  }

  tool(name: string, input: string): void {
    this.#tools.set(name, (this.#tools.get(name) ?? 0) + 1);
    this.#toolInput = shorten(input.replaceAll(/\s+/g, " ").trim(), INPUT_LENGTH);
    this.#working = true;
    this.#newParagraph = true;
    this.#show();
  }

  status(text: string | undefined): void {
    if (this.#status === text) return;
    this.#status = text;
    this.#show();
  }

  async finish(note?: string, buttons?: Button[][]): Promise<void> {
    const { markdown } = stripMarkers(this.#answer);
    const whole = [markdown, note].filter(Boolean).join("\n\n");
    const content: Content = { pieces: split(render(whole)) };
    if (buttons?.length) content.keyboard = keyboardOf(buttons);
    await this.#post.finish(content);
  }

  #show(): void {
    if (this.#live) this.#post.show(() => this.#view());
  }

  #view(): Content {
    if (this.#rendered.length !== this.#answer.length) {
      const { markdown } = stripMarkers(this.#answer, { streaming: true });
      const pieces = split(render(markdown, { partial: true }));
      this.#rendered = { length: this.#answer.length, pieces };
    }
    const status = this.#statusLine();
    return { pieces: this.#rendered.pieces, ...status && { status } };
  }

  #statusLine(): Piece | undefined {
    let text = this.#status;
    if (text === undefined && this.#working) {
      const tools = [...this.#tools].map(([name, times]) => times > 1 ? `${name} ×${times}` : name);
      text = tools.join(" · ") + (this.#toolInput ? `: ${this.#toolInput}` : "");
    }
    if (text === undefined) return undefined;
    const line = `⚙️ ${text}`;
    return { text: line, entities: [{ type: "italic", offset: 0, length: line.length }] };
  }
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  // A cut inside a surrogate pair would be refused.
  return text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}
