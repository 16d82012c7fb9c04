/** The answer of a turn, shown while it is being written. */
import { getLogger } from "@logtape/logtape";
import { takeBack } from "../../base/take_back.ts";
import type { Ending } from "../../conversation/ending.ts";
import type { Reply } from "../../conversation/speaker.ts";
import { type AppendRules, finishedParts } from "./append.ts";
import { agentKeyboard, keyboardOf } from "../buttons.ts";
import type { Content, Piece } from "../../telegram/content.ts";
import type { OutgoingFiles } from "../../telegram/upload/outgoing_files.ts";
import type { Post } from "../../telegram/post.ts";
import { render, split, stripMarkers } from "../../telegram/render/mod.ts";
import type { Words } from "./ending.ts";
import { StatusLine, type Verbosity } from "./status_line.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "reply"]);

/** Where the growing answer is shown; the finished one is always shown in the post. */
export interface Screen {
  show(view: () => Content): void;
  end(): void;
}

export interface ReplyStreamOptions {
  post: Post;
  /** Absent: only the finished answer is shown. */
  screen?: Screen | undefined;
  verbosity: Verbosity;
  /** Set: every finished part of the answer is a message of its own. */
  append?: AppendRules | undefined;
  /** Looks at the files the answer names. */
  files: Pick<OutgoingFiles, "plan">;
  /** What is said of the end, under an answer that has begun or instead of one. */
  words(ending: Ending, started: boolean): Words;
  /** Called when the end is on disk. */
  onFinish?(ending: Ending): void;
}

export class ReplyStream implements Reply {
  readonly #options: ReplyStreamOptions;
  readonly #status: StatusLine;
  #answer = "";
  #newParagraph = false;
  /** Rendered pieces of the answer at `length`. */
  #rendered: { length: number; pieces: Piece[] } = { length: 0, pieces: [] };

  constructor(options: ReplyStreamOptions) {
    this.#options = options;
    this.#status = new StatusLine(options.verbosity);
  }

  get started(): boolean {
    return this.#answer !== "";
  }

  get delivered(): Promise<"delivered" | "dropped"> {
    return this.#options.post.delivered;
  }

  text(delta: string): void {
    if (this.#answer === "") delta = delta.trimStart();
    if (delta === "") return;
    if (this.#newParagraph && this.#answer !== "") this.#answer += "\n\n";
    this.#newParagraph = false;
    this.#answer += delta;
    this.#status.writing();
    this.#show();
  }

  withdraw(text: string): void {
    this.#answer = takeBack(this.#answer, text);
    this.#newParagraph = true;
    this.#rendered = { length: -1, pieces: [] };
    this.#show();
  }

  paragraph(): void {
    this.#newParagraph = true;
  }

  thinking(text: string): void {
    if (this.#status.thinking(text)) this.#show();
  }

  tool(name: string, input: string): void {
    this.#newParagraph = true;
    if (this.#status.tool(name, input)) this.#show();
  }

  status(what: "compacting" | "retrying" | null): void {
    if (this.#status.notice(what === null ? undefined : texts.status[what])) this.#show();
  }

  async finish(ending: Ending): Promise<void> {
    const { post, screen, onFinish, files: outgoing } = this.#options;
    screen?.end();
    const { note, buttons: own } = this.#options.words(ending, this.started);
    const { markdown, buttons, files: paths } = stripMarkers(this.#answer);
    // What was stopped may name a file that is not finished.
    const { files, refused } = await outgoing.plan(ending.outcome === "stopped" ? [] : paths);
    const whole = [markdown, ...refused, note].filter(Boolean).join("\n\n");
    const content: Content = { pieces: this.#piecesOf(whole) };
    if (files.length > 0) content.files = files;
    if (own.length > 0) content.keyboard = keyboardOf(own);
    else if (buttons.length > 0) content.keyboard = agentKeyboard(buttons);
    if (content.keyboard && content.pieces.length === 0) {
      content.pieces = [{ text: texts.choose, entities: [] }];
    }
    if (ending.outcome === "answered" && content.pieces.length + files.length === 0) {
      content.pieces = [{ text: texts.done, entities: [] }];
    }
    await post.finish(content);
    try {
      onFinish?.(ending);
    } catch (error) {
      log.error("What follows an answer failed: {error}", { error });
    }
  }

  /** The messages of the whole answer. */
  #piecesOf(markdown: string): Piece[] {
    const { append } = this.#options;
    if (!append) return split(render(markdown));
    const { parts, rest } = finishedParts(markdown, append);
    return [...parts, rest].flatMap((part) => split(render(part)));
  }

  #show(): void {
    this.#options.screen?.show(() => this.#view());
  }

  #view(): Content {
    if (this.#rendered.length !== this.#answer.length) {
      const { markdown } = stripMarkers(this.#answer, { streaming: true });
      const { append } = this.#options;
      const pieces = append
        ? finishedParts(markdown, append).parts.flatMap((part) => split(render(part)))
        : split(render(markdown, { partial: true }));
      this.#rendered = { length: this.#answer.length, pieces };
    }
    const status = this.#status.piece();
    return { pieces: this.#rendered.pieces, ...status && { status } };
  }
}
