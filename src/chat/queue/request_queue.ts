/**
 * Takes requests to their conversations: says so when one has to wait, and lets it be cancelled,
 * changed or sent to the turn that runs until its own turn comes.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { spawn } from "../../base/async/spawn.ts";
import { within } from "../../base/async/within.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Job, JobEvent } from "../../conversation/conversation.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Places } from "../../conversation/places.ts";
import { partOf, replacePart, type Request } from "../../conversation/request.ts";
import type { Added, RunningTurn, Steering } from "../../conversation/steering.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { ButtonAction, PressResult } from "../presses.ts";
import { whenText } from "../when.ts";
import { texts } from "./texts.ts";
import { CANCEL, QueueNotice, SEND } from "./queue_notice.ts";

const log = getLogger(["ductor", "telegram", "queue"]);

export interface RequestQueueOptions {
  conversations: Pick<Conversations, "enqueue" | "putBack" | "at">;
  steering: Pick<Steering, "at">;
  places: Pick<Places, "of">;
  inbox: Pick<Inbox<Update>, "done">;
  outbox: Pick<Outbox, "open">;
  clock: Clock;
  config(): Pick<Config, "queue_mode">;
  /** IANA zone of the user. */
  timeZone(): string;
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

/** How long a press waits to hear that the agent cannot take the message. */
const PRESS_MS = 500;

export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #waiting = new Map<string, Placed & { notice: QueueNotice }>();
  /** What the agent has, as the user sees it now; the requests themselves change no more. */
  readonly #running = new Set<Request>();
  #count = 0;

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
   * @param taken False: it stays what it was, since it has become a command, which no agent reads.
   * @returns `late`: the agent has it already, as it was; told once for each change. `stays`: it
   *   waits, and is a command or has become one.
   */
  replace(edited: Request, taken = true): "replaced" | "late" | "stays" | "unknown" {
    for (const { address, messageId, request } of this.#waiting.values()) {
      const part = request && partOf(request, edited);
      const isCommand = !request && messageId === edited.messageId &&
        address.chatId === edited.address.chatId;
      if (isCommand || part && !taken) return "stays";
      if (part && replacePart(request, edited)) return "replaced";
    }
    for (const request of this.#running) {
      const before = contentOf(request);
      // Telegram calls it an edit as well when only the preview of a link was added.
      if (replacePart(request, edited) && contentOf(request) !== before) return "late";
    }
    return "unknown";
  }

  /** The buttons of the notice. */
  readonly actions: readonly ButtonAction[] = [{
    verb: CANCEL,
    press: async ({ argument: id }): Promise<PressResult> => {
      const placed = this.#waiting.get(id);
      const job = placed && this.#options.conversations.at(placed.address)?.cancel(id);
      if (!job) return { keep: true, toast: texts.toasts.begun };
      await this.#options.inbox.done(job.updateIds);
      // The notice itself changes when the message is taken out.
      return "keep";
    },
  }, {
    verb: SEND,
    press: async ({ argument: id }): Promise<PressResult> => {
      if (!this.#waiting.has(id)) return { keep: true, toast: texts.toasts.begun };
      const sent = this.#send(id);
      // It may be a while until the agent comes to it.
      const said = await within(sent, PRESS_MS, { clock: this.#options.clock });
      return { keep: true, ...said === "waits" && { toast: texts.toasts.cannot } };
    },
  }];

  /** Sends what waits to the turn that runs. Where it cannot take it, it waits as before. */
  async #send(id: string): Promise<Added> {
    const { conversations, steering, inbox, clock, timeZone } = this.#options;
    const placed = this.#waiting.get(id);
    const conversation = placed && conversations.at(placed.address);
    const turn = placed && steering.at(placed.address);
    if (!placed?.request || !turn) return "waits";
    // From here on it cannot begin by itself, nor be sent twice.
    const job = conversation?.take(id);
    if (!job) return "taken";
    this.#waiting.delete(id);
    const { address, notice, request } = placed;
    notice.sent();
    const shown = { ...request };
    this.#running.add(shown);
    spawn("Waiting for the end of a turn", turn.over.then(() => this.#running.delete(shown)));
    const added = await this.#add(turn, address, request);
    if (added === "taken") notice.taken(whenText(new Date(clock.now()), timeZone()));
    else if (added === "dropped") {
      notice.end();
      await inbox.done(request.updateIds);
    } else {
      this.#running.delete(shown);
      conversations.putBack(address, job);
    }
    return added;
  }

  async #add(turn: RunningTurn, address: Address, request: Request): Promise<Added> {
    try {
      return await turn.add(request, (await this.#options.places.of(address)).seat);
    } catch (error) {
      // What cannot be put on disk is not sent either.
      log.error("A message could not be sent to a turn: {error}", { error });
      return "waits";
    }
  }

  /** Enqueues it, with a notice under its message while it waits. */
  #place(placed: Placed, job: Omit<Job, "id" | "tell">, first = false): void {
    const { conversations, outbox, config } = this.#options;
    const id = crypto.randomUUID();
    const since = ++this.#count * (first ? -1 : 1);
    const sends = placed.request !== undefined && canBeSent(placed.request);
    let steers = sends && !first && config().queue_mode === "steer";
    let notice: QueueNotice | undefined;
    const tell = (event: JobEvent) => {
      if (event !== "waiting") {
        this.#waiting.delete(id);
        return notice?.end();
      }
      notice?.waits();
      notice ??= new QueueNotice(outbox, placed, { id, sends });
      this.#waiting.set(id, { ...placed, notice });
      if (!steers) return;
      steers = false;
      spawn("Sending a message to a turn", this.#send(id));
    };
    conversations.enqueue(placed.address, { ...job, id, since, tell }, first);
  }
}

/** What brings files, is a command of the CLI's own or asks another model has a turn of its own. */
function canBeSent({ text, attachments = [], provider, project, outside }: Request): boolean {
  return attachments.length === 0 && !/^\s*[/@]/.test(text) && !outside &&
    provider === undefined && project === undefined;
}

/** All that an edit may change. */
function contentOf({ text, attachments = [] }: Request): string {
  return JSON.stringify([text, attachments.map(({ uniqueId }) => uniqueId)]);
}
