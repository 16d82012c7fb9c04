/** The answer to something that may stay silent: it is shown when it is whole, if it says anything. */
import { takeBack } from "../base/take_back.ts";
import type { Ending } from "./ending.ts";
import { saysNothing } from "./nothing.ts";
import type { Reply } from "./speaker.ts";

export class HeldReply implements Reply {
  readonly #open: () => Reply;
  readonly #silent: boolean;
  readonly #delivered = Promise.withResolvers<"delivered" | "dropped">();
  #text = "";

  /**
   * @param open Begins the answer that is shown.
   * @param silent Whether it may stay silent; else nothing but the way to the answer is held back.
   */
  constructor(open: () => Reply, silent = true) {
    this.#open = open;
    this.#silent = silent;
  }

  text(delta: string): void {
    this.#text += delta;
  }

  withdraw(text: string): void {
    this.#text = takeBack(this.#text, text);
  }

  paragraph(): void {
    if (this.#text !== "") this.#text = `${this.#text.trimEnd()}\n\n`;
  }

  thinking(): void {}

  /** What was said before a tool is not the answer. */
  tool(_name: string, _input: string, { inner = false }: { inner?: boolean } = {}): void {
    if (!inner) this.#text = "";
  }

  status(): void {}

  asks(): Promise<Disposable> {
    return Promise.resolve({ [Symbol.dispose]() {} });
  }

  get started(): boolean {
    return this.#text.trim() !== "";
  }

  get delivered(): Promise<"delivered" | "dropped"> {
    return this.#delivered.promise;
  }

  async finish(ending: Ending): Promise<void> {
    if (this.#silent && ending.outcome === "answered" && saysNothing(this.#text)) {
      return this.#delivered.resolve("dropped");
    }
    const reply = this.#open();
    reply.text(this.#text);
    await reply.finish(ending);
    reply.delivered.then(this.#delivered.resolve);
  }
}
