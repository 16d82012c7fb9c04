/**
 * Takes requests to their conversations: says so when one has to wait, lets it be cancelled or
 * changed until then, and keeps those that failed until the user has decided.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import type { Clock } from "../../base/clock.ts";
import type { Address } from "../../conversation/address.ts";
import type { Job, JobEvent } from "../../conversation/conversation.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Decision, Inbox } from "../../conversation/inbox.ts";
import { replacePart, type Request } from "../../conversation/request.ts";
import type { Press } from "../presses.ts";
import { keyboardOf } from "../buttons.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Post } from "../../telegram/post.ts";

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

/** What waits for its turn, and where. */
interface Placed {
  address: Address;
  messageId?: number | undefined;
  /** Absent for what is no message to the agent. */
  request?: Request;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #waiting = new Map<string, Placed>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** @param first Whether it goes before what waits already. */
  submit(request: Request, first = false): void {
    const { address, messageId, updateIds } = request;
    const run = (signal: AbortSignal) => this.#options.turn(request, signal);
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

  /** Enqueues it, with a notice under its message while it waits. */
  #place(placed: Placed, job: Omit<Job, "id" | "tell">, first = false): void {
    const id = crypto.randomUUID();
    let notice: Post | undefined;
    const tell = (event: JobEvent) => {
      if (event === "waiting") {
        this.#waiting.set(id, placed);
        notice = this.#notice(id, placed);
        return;
      }
      this.#waiting.delete(id);
      const text = event === "starting" ? undefined : `[Message ${event}.]`;
      notice?.finish(text === undefined ? { pieces: [] } : { pieces: italic(text) })
        .catch((error) => log.error("A queue notice could not be changed: {error}", { error }));
    };
    this.#options.conversations.enqueue(placed.address, { ...job, id, tell }, first);
  }

  /** Takes a waiting request back; `false` when it does not wait any more. */
  async cancel(id: string): Promise<boolean> {
    const placed = this.#waiting.get(id);
    const job = placed && this.#options.conversations.at(placed.address)?.cancel(id);
    if (!job) return false;
    await this.#options.inbox.done(job.updateIds);
    return true;
  }

  /** Puts an edited message into the request that waits with it; `false` when it runs already. */
  replace(edited: Request): boolean {
    return [...this.#waiting.values()].some(({ request }) =>
      request !== undefined && replacePart(request, edited)
    );
  }

  /**
   * Runs a parked request, now.
   *
   * @param press What was pressed; it is done with this. Absent: its time has come.
   * @returns Whether this decided about it, as for {@link later} and {@link drop}.
   */
  async again(updateId: number, press?: Press): Promise<boolean> {
    const { inbox } = this.#options;
    const ids = inbox.get(updateId)?.parked?.ids ?? [];
    if (!await this.#decide(updateId, { to: "waiting" }, press)) return false;
    const request = await this.#options.request(ids.flatMap((id) => inbox.get(id)?.update ?? []));
    if (request) this.submit(request);
    return true;
  }

  /** Runs a parked request by itself when its time has come, also after a restart. */
  async later(updateId: number, until: number, press: Press): Promise<boolean> {
    if (!await this.#decide(updateId, { to: "parked", until }, press)) return false;
    this.#await(updateId, until);
    return true;
  }

  drop(updateId: number, press: Press): Promise<boolean> {
    return this.#decide(updateId, { to: "done" }, press);
  }

  /** Whether a button of the same message was pressed before this one, and that is not done yet. */
  isAnswered({ updateId, message }: Press): boolean {
    const first = this.#options.inbox.entries().find(({ update }) => {
      const pressed = update.callback_query?.message;
      return pressed?.message_id === message.message_id && pressed.chat.id === message.chat.id;
    });
    return first !== undefined && first.update.update_id !== updateId;
  }

  /** Goes on after a restart with what waits for a time, and forgets what is too old. */
  async resume(): Promise<void> {
    const { inbox, clock } = this.#options;
    for (const { update, state, parked } of inbox.entries()) {
      if (state !== "parked" || !parked || parked.ids[0] !== update.update_id) continue;
      if (parked.until !== undefined) this.#await(update.update_id, parked.until);
      else if (clock.now() - sentAt(update) > PARKED_MS) await inbox.done(parked.ids);
    }
  }

  async #decide(
    updateId: number,
    decision: Pick<Decision, "to" | "until">,
    press: Press | undefined,
  ): Promise<boolean> {
    const { inbox } = this.#options;
    const ids = inbox.get(updateId)?.parked?.ids ?? [];
    return await inbox.decide({
      ids,
      ...decision,
      ...press && { press: { id: press.updateId, message: press.message.message_id } },
    });
  }

  #await(updateId: number, until: number): void {
    const { clock, inbox, signal } = this.#options;
    clock.sleep(Math.max(0, until - clock.now()), signal).then(async () => {
      // Changed meanwhile: run by hand, dropped, or told another time.
      if (signal.aborted || inbox.get(updateId)?.parked?.until !== until) return;
      await this.again(updateId);
    }).catch((error) => log.error("A message that waited could not run: {error}", { error }));
  }

  #notice(id: string, { address, messageId }: Placed): Post {
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

function sentAt({ message, callback_query: query }: Update): number {
  return ((message ?? query?.message)?.date ?? 0) * 1000;
}
