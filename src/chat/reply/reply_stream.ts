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
import { render, stripMarkers } from "../../telegram/render/mod.ts";
import { cutUp, type LongAnswers, messagesOf, readAnswer } from "./long_answer.ts";
import type { Words } from "./ending.ts";
import { StatusLine, type Verbosity } from "./status_line.ts";
import { Tail } from "./tail.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "reply"]);

/** What is longer is seen while it grows. What is shorter is mostly over at once. */
const FIRST_WORDS = 40;
/** How often the seconds of a step are shown anew. */
const TICK_MS = 5000;

/** Where the growing answer is shown; the finished one is always shown in the post. */
export interface Screen {
  show(view: () => Content): void;
  end(): void;
}

export interface ReplyStreamOptions {
  /** Markdown that stands before the answer. */
  head?: string;
  post: Post;
  /** Absent: only the finished answer is shown. */
  screen?: Screen | undefined;
  clock: Clock;
  verbosity: Verbosity;
  /** Set: every finished part of the answer is a message of its own. */
  append?: AppendRules | undefined;
  long: LongAnswers;
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
  /** What was said before that, for the files it names. */
  readonly #earlier: string[] = [];
  /** The end of what is shown. */
  #tail = new Tail();
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
    if (this.#answer === "") this.#tail = new Tail();
    else if (this.#newParagraph) delta = `\n\n${delta}`;
    this.#newParagraph = false;
    this.#answer += delta;
    this.#tail.add(delta);
    this.#status.writing();
    if (this.#answer.length >= FIRST_WORDS) this.#options.post.hurries = true;
    this.#show();
  }

  withdraw(text: string): void {
    if (this.#answer === "") this.#interim = takeBack(this.#interim, text);
    else this.#answer = takeBack(this.#answer, text);
    this.#tail = new Tail(this.#answer || this.#interim);
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
    const said = this.#interim;
    this.#interim = "";
    this.#tail = new Tail();
    if (said !== "") this.#earlier.push(said);
    this.#open++;
    this.#options.post.moveDown();
    this.#show();
    const { long, append, aside } = this.#options;
    const { parts } = await readAnswer(said, long);
    if (parts.some(({ text }) => text.trim() !== "")) {
      this.#above = true;
      await aside(await messagesOf(parts, [], long, append));
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
    const { post, screen, onFinish, files: outgoing, long, append } = this.#options;
    this.#over = true;
    this.#ticking?.[Symbol.dispose]();
    screen?.end();
    const stopped = ending.outcome === "stopped" || ending.outcome === "asking";
    const { note, buttons: own } = this.#options.words(ending, this.started);
    const { parts, buttons, files: last } = await readAnswer(
      this.#headed(this.#answer || this.#interim, !stopped),
      long,
    );
    const paths: string[] = [];
    if (this.#answer !== "" && this.#interim !== "") this.#earlier.push(this.#interim);
    for (const said of this.#earlier) paths.push(...(await readAnswer(said, long)).files);
    paths.push(...last);
    // What was stopped may name a file that is not finished.
    const { files: named, refused } = await outgoing.plan(stopped ? [] : paths);
    const notes = [...refused, note].filter(Boolean);
    const { pieces, files: whole } = await messagesOf(parts, notes, long, append);
    const files = [...whole, ...named];
    const content: Content = { pieces };
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

  /** With what says what it is an answer to, where that is not plain. */
  #headed(text: string, always = false): string {
    return text === "" && !always ? "" : (this.#options.head ?? "") + text;
  }

  /** What was said so far is not the answer if more follows. */
  #setAside(): void {
    this.#newParagraph = false;
    if (this.#answer === "") return;
    if (this.#interim !== "") this.#earlier.push(this.#interim);
    this.#interim = this.#answer;
    this.#answer = "";
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
    const pieces = this.#shownPieces(this.#headed(this.#tail.text));
    const status = this.#status.piece();
    return { pieces, silent: true, ...status && { status } };
  }

  /** Of what is long the end. */
  #shownPieces(of: string): Piece[] {
    if (this.#rendered?.of !== of) {
      const { markdown } = stripMarkers(of, { streaming: true });
      const { append, long: { hide } } = this.#options;
      const pieces = append
        ? finishedParts(markdown, append).parts.flatMap((part) => cutUp(render(part), hide))
        : cutUp(render(markdown, { partial: true }), hide);
      this.#rendered = { of, pieces: pieces.slice(-1) };
    }
    return this.#rendered.pieces;
  }
}
