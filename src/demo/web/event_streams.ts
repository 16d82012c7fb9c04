/** Well below the 30 s to 60 s after which middlemen and browsers give up on a silent line. */
import { every } from "../../base/async/timer.ts";
const PING_MS = 15_000;

/** Chunks that may wait for a page that does not read; then it is cut off and comes back afresh. */
const MAX_WAITING = 2_000;

const encoder = new TextEncoder();

/**
 * Server-sent events to every open page. A page that connects gets `first()` before anything else;
 * as that is everything there is, a page that was away needs no replay of what it missed.
 */
export class EventStreams implements Disposable {
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #first: () => unknown;
  readonly #ping: Disposable;

  constructor(first: () => unknown) {
    this.#first = first;
    this.#ping = every(PING_MS, () => this.#write("event: ping\ndata: 1\n\n"));
  }

  connect(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        controller.enqueue(encoder.encode(frame(this.#first())));
        this.#open.add(controller);
      },
      cancel: () => {
        this.#open.delete(own);
      },
    }, { highWaterMark: MAX_WAITING });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  send(event: unknown): void {
    if (this.#open.size > 0) this.#write(frame(event));
  }

  [Symbol.dispose](): void {
    this.#ping[Symbol.dispose]();
    for (const controller of this.#open) close(controller);
    this.#open.clear();
  }

  #write(text: string): void {
    const bytes = encoder.encode(text);
    for (const controller of [...this.#open]) {
      if ((controller.desiredSize ?? 0) <= 0) {
        this.#open.delete(controller);
        close(controller);
      } else controller.enqueue(bytes);
    }
  }
}

function frame(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // Already closed from the other side.
  }
}
