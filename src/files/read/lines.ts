/** Text that is put together line by line, in a time that only grows with its length. */
export class Lines {
  readonly #parts: string[] = [];
  #line = "";
  /** Line breaks that stand before the next line. */
  #breaks = 0;

  /** What was added last. Looking at the end of the line itself would copy all of it. */
  #last = "";

  /** Whether white space would add nothing here. */
  get spaced(): boolean {
    return this.#last === "" || /\s/.test(this.#last.slice(-1));
  }

  /** Adds to the line. */
  add(text: string): void {
    if (text === "") return;
    this.#line += text;
    this.#last = text;
  }

  /** Whether what was added last ends so. */
  endsWith(text: string): boolean {
    return this.#last.endsWith(text);
  }

  /** Ends the line where there is one; at least so many breaks come before the next. */
  end(breaks: number): void {
    this.#flush();
    this.#breaks = Math.max(this.#breaks, breaks);
  }

  /** Ends the line, and the empty one as well, once. */
  break(): void {
    this.#flush();
    this.#breaks = Math.min(this.#breaks + 1, 2);
  }

  #flush(): void {
    let line = this.#line.trimEnd();
    this.#line = "";
    this.#last = "";
    // The last cell of a row needs no bar.
    while (line.endsWith(" |")) line = line.slice(0, -2).trimEnd();
    if (line === "") return;
    if (this.#parts.length > 0) this.#parts.push("\n".repeat(this.#breaks));
    this.#parts.push(line);
    this.#breaks = 0;
  }

  toString(): string {
    this.#flush();
    return this.#parts.join("");
  }
}
