/** Text with formatting as Telegram takes it, and the builder that writes it front to back. */
import type { MessageEntity } from "grammy/types";
import { inkEnd, inkStart } from "./blank.ts";

/** A text and its formatting; offsets and lengths in UTF-16 units, sorted, outer before inner. */
export interface Rich {
  text: string;
  entities: MessageEntity[];
}

/** The entities that {@link RichBuilder.open} takes; code and pre have methods of their own. */
export type Span =
  | { type: "bold" | "italic" | "strikethrough" | "blockquote" }
  | { type: "text_link"; url: string };

interface OpenSpan {
  readonly span: Span;
  /** Offset of the first visible character inside; -1 while there is none. */
  start: number;
  /** Inside a span of the same type, which already does the work. */
  readonly redundant: boolean;
}

/**
 * Writes text and keeps the books about entities so that what comes out obeys Telegram: no entity
 * is empty, begins or ends on white space, or repeats an enclosing one of its type, and code stands
 * in nothing but a block quote. Blank space is held back until something visible follows it, so the
 * text has none at its ends.
 */
export class RichBuilder {
  /** Written before the first character of each line; the indentation of lists. */
  prefix = "";

  #text = "";
  #entities: MessageEntity[] = [];
  #open: OpenSpan[] = [];
  #lineStart = true;
  /** Just after the last visible character. */
  #inkEnd = 0;
  #newlines = 0;
  #space = "";

  /** Makes sure that at least `newlines` line ends stand before what is written next. */
  separate(newlines: 1 | 2): void {
    this.#newlines = Math.max(this.#newlines, newlines);
  }

  /** A space before whatever comes next on this line; nothing if the line ends here. */
  space(): void {
    this.#space = " ";
  }

  write(text: string): void {
    let first = true;
    for (const line of text.split("\n")) {
      if (!first) this.#breakLine();
      first = false;
      if (line !== "") this.#writeInLine(line);
    }
  }

  open(span: Span): void {
    const redundant = this.inside(span.type);
    this.#open.push({ span, start: -1, redundant });
  }

  /** Ends the span opened last; false when nothing visible was written in it. */
  close(): boolean {
    const open = this.#open.pop();
    return open !== undefined && this.#finish(open);
  }

  inside(type: Span["type"]): boolean {
    return this.#open.some((open) => open.span.type === type);
  }

  /** Inline code. Telegram allows it no other formatting, so open spans pause around it. */
  code(text: string): void {
    const [start, end] = [inkStart(text), inkEnd(text)];
    if (this.inside("text_link") || start >= end) return this.write(text);
    this.write(text.slice(0, start));
    const paused = this.#open.filter((open) => open.span.type !== "blockquote");
    for (const open of paused) this.#finish(open);
    // Inline code is one line in every client; a line break would end the surrounding prefix too.
    const body = text.slice(start, end).replaceAll("\n", " ");
    this.#writeInLine(body);
    this.#entities.push({
      type: "code",
      offset: this.#text.length - body.length,
      length: body.length,
    });
    for (const open of paused) open.start = -1;
    this.write(text.slice(end));
  }

  /** A code block on lines of its own, without prefix: what is copied from it must be exact. */
  pre(text: string, language?: string): void {
    const body = text.slice(0, inkEnd(text)).replace(/^(?:[^\S\n]*\n)+/, "");
    if (inkStart(body) >= body.length) return;
    this.#space = "";
    if (!this.#lineStart) this.separate(1);
    this.#flushNewlines();
    const offset = this.#text.length;
    this.#startSpans(offset);
    this.#text += body;
    this.#lineStart = false;
    this.#inkEnd = this.#text.length;
    const entity = { type: "pre" as const, offset, length: body.length };
    this.#entities.push(language ? { ...entity, language } : entity);
    this.separate(1);
  }

  finish(): Rich {
    while (this.#open.length > 0) this.close();
    return { text: this.#text.slice(0, this.#inkEnd), entities: sortEntities(this.#entities) };
  }

  #finish({ span, start, redundant }: OpenSpan): boolean {
    if (start < 0 || start >= this.#inkEnd) return false;
    if (!redundant) this.#entities.push({ ...span, offset: start, length: this.#inkEnd - start });
    return true;
  }

  #breakLine(): void {
    this.#space = "";
    this.#newlines++;
  }

  #flushNewlines(): void {
    // Nothing visible before: the text may not begin with line ends.
    if (this.#newlines > 0 && this.#inkEnd > 0) {
      this.#text += "\n".repeat(this.#newlines);
      this.#lineStart = true;
    }
    this.#newlines = 0;
  }

  #writeInLine(line: string): void {
    const [start, end] = [inkStart(line), inkEnd(line)];
    if (start >= end) {
      // Kept for what may follow on this line, dropped at the end of it.
      if (!this.#lineStart && this.#newlines === 0) this.#space += line;
      return;
    }
    this.#flushNewlines();
    if (this.#lineStart) {
      this.#text += this.prefix + line.slice(start, end);
      this.#lineStart = false;
    } else {
      this.#text += this.#space + line.slice(0, end);
    }
    this.#startSpans(this.#text.length - (end - start));
    this.#inkEnd = this.#text.length;
    this.#space = line.slice(end);
  }

  #startSpans(offset: number): void {
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const open = this.#open[index]!;
      // No early exit: a span can have begun inside one that waits, after code paused both.
      if (open.start < 0) open.start = offset;
    }
  }
}

/** Sorts in place: by offset, the longer first, a block quote before what it contains. */
function sortEntities(entities: MessageEntity[]): MessageEntity[] {
  const outer = (entity: MessageEntity) => entity.type === "blockquote" ? 0 : 1;
  return entities.sort((a, b) => a.offset - b.offset || b.length - a.length || outer(a) - outer(b));
}
