/**
 * `/side QUESTION` and `/bg TASK`: requests that run beside their conversation, several at once. On
 * disk they are requests like any other, so that a crash ends with a question and not with silence.
 */
import { Semaphore } from "../../base/async/locks.ts";
import { spawn } from "../../base/async/spawn.ts";
import type { Config } from "../../config/schema.ts";
import { type Address, keyOf } from "../../conversation/address.ts";
import { titleOf } from "../../conversation/beside.ts";
import { ProgramEnds, StopTold } from "../../conversation/conversation.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Beside, Request } from "../../conversation/request.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { textOf } from "../../telegram/text.ts";
import { keyboardOf } from "../buttons.ts";
import type { Command } from "../commands/command.ts";
import type { ButtonAction } from "../presses.ts";
import { texts } from "./texts.ts";

export interface BesidesOptions {
  config(): Pick<Config, "agents">;
  inbox: Pick<Inbox<{ update_id: number }>, "done">;
  outbox: Pick<Outbox, "open">;
  speaker: Pick<Speaker, "say">;
  /** Runs a request as a turn. `asks`: a person is asked in it, until disposed of. */
  turn(request: Request, signal: AbortSignal, asks: () => Disposable): Promise<unknown>;
}

interface Running {
  address: Address;
  title: string;
  abort: AbortController;
  /** How many questions to a person are open. */
  asking: number;
  ended: Promise<void>;
}

const WORDS = /^\s*\/(side|bg)(?:@\w+)?(?:\s+|$)/i;

export class Besides {
  readonly #options: BesidesOptions;
  readonly #places: Semaphore;
  readonly #running = new Map<string, Running>();
  #closed = false;

  constructor(options: BesidesOptions) {
    this.#options = options;
    this.#places = new Semaphore(() => options.config().agents.max_parallel);
  }

  /** Takes a request that begins with one of the commands. @returns `false`: it does not */
  take(request: Request): boolean {
    const [all, word] = WORDS.exec(request.text) ?? [];
    if (all === undefined) return false;
    // What comes in while the program ends stays in the inbox for the next start.
    if (this.#closed) return true;
    const beside = word!.toLowerCase() as Beside;
    const text = request.text.slice(all.length).trim();
    const id = crypto.randomUUID();
    const running: Running = {
      address: request.address,
      title: titleOf({ text }),
      abort: new AbortController(),
      asking: 0,
      ended: Promise.resolve(),
    };
    this.#running.set(id, running);
    const work = text === "" && !request.attachments?.length
      ? this.#explain(request, beside)
      : this.#run({ ...request, text, beside }, id, running);
    running.ended = work.finally(() => this.#running.delete(id));
    spawn("Working beside a conversation", running.ended);
    return true;
  }

  async #explain({ address, updateIds }: Request, beside: Beside): Promise<void> {
    await this.#options.speaker.say(address, texts[beside].usage);
    await this.#options.inbox.done(updateIds);
  }

  async #run(request: Request, id: string, running: Running): Promise<void> {
    const { inbox, turn } = this.#options;
    const { abort } = running;
    using _notice = request.beside === "bg" ? this.#notice(request, id, running) : undefined;
    const asks = () => {
      running.asking++;
      if (this.#closed) abort.abort(new ProgramEnds(true));
      return { [Symbol.dispose]: () => void running.asking-- };
    };
    try {
      using _place = await this.#places.acquire(abort.signal);
      await turn(request, abort.signal, asks);
    } catch (error) {
      if (error !== abort.signal.reason) throw error;
      // It never began: dropped, or kept for the next start.
      if (!(error instanceof ProgramEnds)) await inbox.done(request.updateIds);
    }
  }

  /** Says that it runs, with a button that ends it. */
  #notice({ address, messageId }: Request, id: string, { title }: Running): Disposable {
    const post = this.#options.outbox.open(address, {
      silent: true,
      ifLeft: "",
      ...messageId !== undefined && { replyTo: messageId },
    });
    const keyboard = keyboardOf([[{ label: texts.cancel, action: `beside:${id}` }]]);
    post.show(() => ({ pieces: [textOf([texts.running(title)])], keyboard }));
    return {
      [Symbol.dispose]: () => spawn("Taking a notice away", post.finish({ pieces: [] })),
    };
  }

  readonly action: ButtonAction = {
    verb: "beside",
    press: ({ argument: id }) => {
      const running = this.#running.get(id);
      if (!running) return { keep: true, toast: texts.over };
      running.abort.abort();
      return { keep: true, toast: texts.cancelled };
    },
  };

  /** What runs or waits beside a conversation. */
  at(address: Address): string[] {
    return this.#of(address).map(({ title }) => title);
  }

  #of(address: Address): Running[] {
    return [...this.#running.values()].filter((one) => keyOf(one.address) === keyOf(address));
  }

  /** Ends all that runs beside a conversation. @returns their titles */
  async stop(address: Address): Promise<string[]> {
    const running = this.#of(address);
    for (const { abort } of running) abort.abort(new StopTold());
    await Promise.allSettled(running.map(({ ended }) => ended));
    return running.map(({ title }) => title);
  }

  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Takes nothing new; what runs may go on until `grace` aborts, but for what waits for a person. */
  async close(grace: AbortSignal): Promise<void> {
    this.#closed = true;
    const all = [...this.#running.values()];
    for (const { abort, asking } of all) if (asking > 0) abort.abort(new ProgramEnds(true));
    const stopAll = () => all.forEach(({ abort }) => abort.abort(new ProgramEnds()));
    if (grace.aborted) stopAll();
    grace.addEventListener("abort", stopAll, { once: true });
    await this.idle();
  }
}

/** `/side` and `/bg`. */
export function besideCommands({ besides }: { besides: Pick<Besides, "take"> }): Command[] {
  return (["side", "bg"] as const).map((name) => ({
    name,
    description: texts[name].description,
    group: "Session",
    when: "now",
    run: () => Promise.resolve(),
    request: (request) => besides.take(request),
  }));
}
