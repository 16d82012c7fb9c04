/** The end of a growing text, which is all that is shown of a long one while it is written. */
import { openFence } from "../../telegram/render/code_scan.ts";

/** UTF-16 units from which on its beginning is left out, and what is left then. */
const MOST = 32_768;
const KEPT = 16_384;

export class Tail {
  #text: string;

  constructor(text = "") {
    this.#text = "";
    this.add(text);
  }

  /** Markdown; a code block whose beginning is left out begins anew. */
  get text(): string {
    return this.#text;
  }

  add(more: string): void {
    // Of what comes all at once the end is enough, too.
    const text = more.length > MOST ? more.slice(-MOST) : this.#text + more;
    this.#text = text.length > MOST || more.length > MOST ? shortened(text) : text;
  }
}

function shortened(text: string): string {
  const from = text.indexOf("\n", text.length - KEPT) + 1 || text.length - KEPT;
  return openFence(text.slice(0, from)) + text.slice(from);
}
