/**
 * Takes requests to their conversations: says so when one has to wait, and lets it be cancelled or
 * changed until its turn comes.
 */
import type { Update } from "grammy/types";
import type { Address } from "../../conversation/address.ts";
import type { Job, JobEvent } from "../../conversation/conversation.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import { replacePart, type Request } from "../../conversation/request.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { ButtonAction, PressResult } from "../presses.ts";
import { texts } from "./texts.ts";
import { CANCEL, QueueNotice } from "./queue_notice.ts";

export interface RequestQueueOptions {
  conversations: Pick<Conversations, "enqueue" | "at">;
  inbox: Pick<Inbox<Update>, "done">;
  outbox: Pick<Outbox, "open">;
  /** Runs a request as a turn. */
  turn(request: Request, signal: AbortSignal): Promise<void>;
}

/** What waits for its turn, and where. */
interface Placed {
  address: Address;
  messageId?: number | undefined;
  /** Absent for what is no message to the agent. */
  request?: Request;
}

export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #waiting = new Map<string, Placed>();
  /** What the agent has, as the user sees it now; the requests themselves change no more. */
  readonly #running = new Set<Request>();

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  /** @param first Whether it goes before what waits already. */
  submit(request: Request, first = false): void {
    const { address, messageId, updateIds } = request;
    const run = async (signal: AbortSignal) => {
      const shown = { ...request };
      this.#running.add(shown);
      await this.#options.turn(request, signal).finally(() => this.#running.delete(shown));
    };
    this.#place({ address, messageId, request }, { updateIds, run }, first);
  }

  /**
   * Runs something in its place in the conversation.
   *
   * @param job.messageId The user's message that asked for it, which is told when it has to wait.
   */
  inTurn({ address, messageId, ...job }: Placed & Omit<Job, "id">): void {
    if (messageId !== undefined) return this.#place({ address, messageId }, job);
    this.#options.conversations.enqueue(address, { id: crypto.randomUUID(), ...job });
  }

  /**
   * Puts an edited message into the request that waits with it.
   *
   * @returns `late`: the agent has it already, as it was; told once for each change.
   */
  replace(edited: Request): "replaced" | "late" | "unknown" {
    for (const { request } of this.#waiting.values()) {
      if (request && replacePart(request, edited)) return "replaced";
    }
    for (const request of this.#running) {
      const before = request.text;
      // Telegram calls it an edit as well when only the preview of a link was added.
      if (replacePart(request, edited) && request.text !== before) return "late";
    }
    return "unknown";
  }

  /** The button of the notice. */
  readonly cancel: ButtonAction = {
    verb: CANCEL,
    press: async ({ argument: id }): Promise<PressResult> => {
      const placed = this.#waiting.get(id);
      const job = placed && this.#options.conversations.at(placed.address)?.cancel(id);
      if (!job) return { keep: true, toast: texts.toasts.begun };
      await this.#options.inbox.done(job.updateIds);
      // The notice itself changes when the message is taken out.
      return "keep";
    },
  };

  /** Enqueues it, with a notice under its message while it waits. */
  #place(placed: Placed, job: Omit<Job, "id" | "tell">, first = false): void {
    const { conversations, outbox } = this.#options;
    const id = crypto.randomUUID();
    let notice: QueueNotice | undefined;
    const tell = (event: JobEvent) => {
      if (event === "waiting") {
        this.#waiting.set(id, placed);
        notice = new QueueNotice(outbox, placed, id);
        return;
      }
      this.#waiting.delete(id);
      notice?.end();
    };
    conversations.enqueue(placed.address, { ...job, id, tell }, first);
  }
}
