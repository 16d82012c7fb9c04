/**
 * Takes requests to their conversations: says so when one has to wait, lets it be cancelled or
 * changed until then, and keeps those that failed until the user has decided.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import type { Clock } from "../clock.ts";
import type { Job, JobEvent } from "../conversation/conversation.ts";
import type { Conversations } from "../conversation/conversations.ts";
import type { Inbox } from "../conversation/inbox.ts";
import { replacePart, type Request } from "../conversation/request.ts";
import { keyboardOf } from "./buttons.ts";
import type { Outbox } from "./outbox.ts";
import type { Post } from "./post.ts";

const log = getLogger(["ductor", "telegram", "desk"]);

/** What nobody decided about for this long is forgotten. */
const PARKED_MS = 48 * 3_600_000;

export interface DeskOptions {
  conversations: Conversations;
  inbox: Inbox<Update>;
  outbox: Outbox;
  clock: Clock;
  /** Aborts when the program ends. */
  signal: AbortSignal;
  /** Runs a request as a turn. */
  turn(request: Request, signal: AbortSignal): Promise<void>;
  /** Makes a request of its updates again. */
  request(updates: readonly Update[]): Promise<Request | undefined>;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #waiting = new Map<string, Request>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** @param first Whether it goes before what waits already. */
  submit(request: Request, first = false): void {
    const id = crypto.randomUUID();
    let notice: Post | undefined;
    const tell = (event: JobEvent) => {
      if (event === "waiting") {
        this.#waiting.set(id, request);
        notice = this.#notice(id, request);
        return;
      }
      this.#waiting.delete(id);
      const text = event === "starting" ? undefined : `[Message ${event}.]`;
      notice?.finish(text === undefined ? { pieces: [] } : { pieces: italic(text) })
        .catch((error) => log.error("A queue notice could not be changed: {error}", { error }));
    };
    this.#options.conversations.enqueue(request.address, {
      id,
      updateIds: request.updateIds,
      tell,
      run: (signal) => this.#options.turn(request, signal),
    }, first);
  }

  /** Runs something in its place in the conversation. */
  inTurn(job: Omit<Job, "id"> & { address: Request["address"] }): void {
    this.#options.conversations.enqueue(job.address, { id: crypto.randomUUID(), ...job });
  }

  /** Takes a waiting request back; `false` when it does not wait any more. */
  async cancel(id: string): Promise<boolean> {
    const request = this.#waiting.get(id);
    const job = request && this.#options.conversations.at(request.address)?.cancel(id);
    if (!job) return false;
    await this.#options.inbox.done(job.updateIds);
    return true;
  }

  /** Puts an edited message into the request that waits with it; `false` when it runs already. */
  replace(edited: Request): boolean {
    return [...this.#waiting.values()].some((request) => replacePart(request, edited));
  }

  /** Runs a request that was parked, now. `false` when it is no longer kept. */
  async again(updateId: number): Promise<boolean> {
    const { inbox } = this.#options;
    const ids = inbox.get(updateId)?.parked?.ids ?? [updateId];
    const updates = ids.flatMap((id) => inbox.get(id)?.update ?? []);
    const request = updates.length > 0 ? await this.#options.request(updates) : undefined;
    if (request) this.submit(request);
    return request !== undefined;
  }

  /** Runs a parked request by itself when its time has come, also after a restart. */
  async later(updateId: number, until: Date): Promise<boolean> {
    const { inbox } = this.#options;
    const parked = inbox.get(updateId)?.parked;
    if (!parked) return false;
    await inbox.park(parked.ids, until);
    this.#await(updateId, until.getTime());
    return true;
  }

  async drop(updateId: number): Promise<void> {
    const { inbox } = this.#options;
    await inbox.done(inbox.get(updateId)?.parked?.ids ?? [updateId]);
  }

  /** Goes on after a restart with what waits for a time, and forgets what is too old. */
  async resume(): Promise<void> {
    const { inbox, clock } = this.#options;
    for (const { update, parked } of inbox.entries()) {
      if (!parked || parked.ids[0] !== update.update_id) continue;
      if (parked.until !== undefined) this.#await(update.update_id, parked.until);
      else if (clock.now() - sentAt(update) > PARKED_MS) await inbox.done(parked.ids);
    }
  }

  #await(updateId: number, until: number): void {
    const { clock, inbox, signal } = this.#options;
    clock.sleep(Math.max(0, until - clock.now()), signal).then(async () => {
      // Changed meanwhile: run by hand, dropped, or told another time.
      if (signal.aborted || inbox.get(updateId)?.parked?.until !== until) return;
      await this.again(updateId);
    }).catch((error) => log.error("A message that waited could not run: {error}", { error }));
  }

  #notice(id: string, { address, messageId }: Request): Post {
    const post = this.#options.outbox.open(address, {
      silent: true,
      // After a restart the message waits anew, with a notice of its own.
      ifLeft: "",
      ...messageId !== undefined && { replyTo: messageId },
    });
    const keyboard = keyboardOf([[{ label: "Cancel message", action: `cancel:${id}` }]]);
    post.show(() => ({ pieces: italic("[Message in queue...]"), keyboard }));
    return post;
  }
}

function italic(text: string) {
  return [{ text, entities: [{ type: "italic" as const, offset: 0, length: text.length }] }];
}

function sentAt(update: Update): number {
  return (update.message?.date ?? 0) * 1000;
}
