/**
 * The answer of a turn, and what is shown until it is there.
 *
 * While the agent works one silent message shows its step and its last words. The answer, which is
 * what it says after its last tool, is a new message at the end of the chat, and rings; the other
 * one goes. What is over within a second shows nothing but the answer. Why: see
 * `docs/decisions/one-ring.md`.
 */
import { getLogger } from "@logtape/logtape";
import { every } from "../../base/async/timer.ts";
import { takeBack } from "../../base/take_back.ts";
import type { Clock } from "../../base/clock.ts";
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

/** How often the seconds of a step are shown anew. */
const TICK_MS = 5000;

/** Where the growing answer is shown; the finished one is always shown in the post. */
export interface Screen {
  show(view: () => Content): void;
  end(): void;
}

export interface ReplyStreamOptions {
  post: Post;
  /** Absent: only the finished answer is shown. */
  screen?: Screen | undefined;
  clock: Clock;
  verbosity: Verbosity;
  /** Set: every finished part of the answer is a message of its own. */
  append?: AppendRules | undefined;
  /** Looks at the files the answer names. */
  files: Pick<OutgoingFiles, "plan">;
  /** Says something for good, without a sound. Resolves when it is on disk. */
  aside(content: Content): Promise<unknown>;
  /** What is said of the end, under an answer that has begun or instead of one. */
  words(ending: Ending, started: boolean): Words;
  /** Called when the end is on disk, with what was said last. */
  onFinish?(ending: Ending, content: Content): void;
}

export class ReplyStream implements Reply {
  readonly #options: ReplyStreamOptions;
  readonly #status: StatusLine;
  /** What was said after the last tool and the last question. */
  #answer = "";
  /** What was said before that tool: the answer if nothing follows. */
  #interim = "";
  /** Files named in what is not part of the answer. */
  readonly #files = new Set<string>();
  /** Something was said that stands above a question. */
  #above = false;
  #newParagraph = false;
  /** Questions that are open. */
  #open = 0;
  #rendered: { of: string; pieces: Piece[] } | undefined;
  #ticking: Disposable | undefined;
  #over = false;

  constructor(options: ReplyStreamOptions) {
    this.#options = options;
    this.#status = new StatusLine(options.verbosity, options.clock);
  }

  get started(): boolean {
    return this.#above || (this.#answer || this.#interim) !== "";
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
    if (this.#answer === "") this.#interim = takeBack(this.#interim, text);
    else this.#answer = takeBack(this.#answer, text);
    this.#newParagraph = true;
    this.#show();
  }

  paragraph(): void {
    this.#newParagraph = true;
  }

  thinking(text: string): void {
    if (this.#status.thinking(text)) this.#work();
  }

  tool(name: string, input: string, { inner = false }: { inner?: boolean } = {}): void {
    if (!inner) this.#setAside();
    if (this.#status.tool(name, input)) this.#work();
  }

  status(what: "compacting" | "retrying" | null): void {
    if (this.#status.notice(what === null ? undefined : texts.status[what])) this.#work();
  }

  /** What was said before it stays above it; nothing is shown until it is answered. */
  async asks(): Promise<Disposable> {
    this.#setAside();
    const said = stripMarkers(this.#interim).markdown;
    this.#interim = "";
    this.#open++;
    this.#options.post.moveDown();
    this.#show();
    if (said.trim() !== "") {
      this.#above = true;
      await this.#options.aside({ pieces: this.#piecesOf(said) });
    }
    return {
      [Symbol.dispose]: () => {
        this.#open--;
        this.#status.restart();
        if (this.#status.active) this.#work();
      },
    };
  }

  async finish(ending: Ending): Promise<void> {
    const { post, screen, onFinish, files: outgoing } = this.#options;
    this.#over = true;
    this.#ticking?.[Symbol.dispose]();
    screen?.end();
    const { note, buttons: own } = this.#options.words(ending, this.started);
    const { markdown, buttons, files: named } = stripMarkers(this.#answer || this.#interim);
    const paths = [...new Set([...this.#files, ...named])];
    const stopped = ending.outcome === "stopped" || ending.outcome === "asking";
    // What was stopped may name a file that is not finished.
    const { files, refused } = await outgoing.plan(stopped ? [] : paths);
    const whole = [markdown, ...refused, note].filter(Boolean).join("\n\n");
    const content: Content = { pieces: this.#piecesOf(whole) };
    if (stopped) content.silent = true;
    if (files.length > 0) content.files = files;
    if (own.length > 0) content.keyboard = keyboardOf(own);
    else if (buttons.length > 0) content.keyboard = agentKeyboard(buttons);
    if (content.keyboard && content.pieces.length === 0) {
      content.pieces = [{ text: texts.choose, entities: [] }];
    }
    if (ending.outcome === "answered" && content.pieces.length + files.length === 0) {
      content.pieces = [{ text: texts.done, entities: [] }];
    }
    // What was stopped is nothing new.
    await post.finish(content, { move: !stopped });
    try {
      onFinish?.(ending, content);
    } catch (error) {
      log.error("What follows an answer failed: {error}", { error });
    }
  }

  /** What was said so far is not the answer if more follows. */
  #setAside(): void {
    this.#newParagraph = false;
    if (this.#answer === "") return;
    for (const file of stripMarkers(this.#answer).files) this.#files.add(file);
    this.#interim = this.#answer;
    this.#answer = "";
  }

  /** The messages of the whole answer. */
  #piecesOf(markdown: string): Piece[] {
    const { append } = this.#options;
    if (!append) return split(render(markdown));
    const { parts, rest } = finishedParts(markdown, append);
    return [...parts, rest].flatMap((part) => split(render(part)));
  }

  /** Shows a step, and from now on its seconds. */
  #work(): void {
    this.#show();
    const { screen, clock } = this.#options;
    if (!screen || this.#over) return;
    this.#ticking ??= every(TICK_MS, () => {
      if (!this.#status.active || this.#open > 0) return;
      this.#status.tick();
      this.#show();
    }, { clock });
  }

  #show(): void {
    this.#options.screen?.show(() => this.#view());
  }

  #view(): Content {
    if (this.#open > 0) return { pieces: [] };
    const pieces = this.#shownPieces(this.#answer || this.#interim);
    const status = this.#status.piece();
    return { pieces, silent: true, ...status && { status } };
  }

  /** Of what is long the end. */
  #shownPieces(of: string): Piece[] {
    if (this.#rendered?.of !== of) {
      const { markdown } = stripMarkers(of, { streaming: true });
      const { append } = this.#options;
      const pieces = append
        ? finishedParts(markdown, append).parts.flatMap((part) => split(render(part)))
        : split(render(markdown, { partial: true }));
      this.#rendered = { of, pieces: pieces.slice(-1) };
    }
    return this.#rendered.pieces;
  }
}
