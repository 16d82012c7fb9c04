/**
 * Where an update goes: what stops the agent acts at once, quick commands answer while a turn runs,
 * everything else takes its place in the conversation.
 */
import { getLogger } from "@logtape/logtape";
import type { CallbackQuery, Update } from "grammy/types";
import type { Inbox } from "../conversation/inbox.ts";
import type { Request } from "../conversation/request.ts";
import type { Job } from "../conversation/conversation.ts";
import { type Api, failureOf } from "./api.ts";
import { OWN } from "./buttons.ts";
import { type CommandContext, COMMANDS, stopConversation } from "./commands.ts";
import { addressOf, type Incoming, isStopWord, type Me, readMessage } from "./incoming.ts";
import type { Outbox } from "./outbox.ts";

const log = getLogger(["ductor", "telegram", "router"]);

/** Failed requests kept for their "Try again" buttons. */
const KEPT = 200;

export interface RouterContext extends CommandContext {
  api: Api;
  me(): Promise<Me>;
  inbox: Inbox<Update>;
  outbox: Outbox;
  /** Runs a request as a turn. */
  turn(request: Request, signal: AbortSignal): Promise<void>;
}

export class Router {
  readonly #context: RouterContext;
  readonly #kept = new Map<string, Request>();

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** Keeps a request that failed; returns the action of the button that runs it again. */
  keep(request: Request): string {
    const id = crypto.randomUUID();
    this.#kept.set(id, request);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(old);
    }
    return `again:${id}`;
  }

  /**
   * Never throws. Need not be awaited before the next update is handed over: what has to happen in
   * order is in its queue before this waits for anything but {@link RouterContext.me}.
   */
  async handle(update: Update): Promise<void> {
    try {
      if (update.callback_query) return await this.#press(update.callback_query, update.update_id);
      const incoming = readMessage(update, await this.#context.me());
      if (incoming) return await this.#message(incoming, update.update_id);
    } catch (error) {
      log.error("An update could not be handled: {error}", { error });
    }
    await this.#done([update.update_id]);
  }

  /** Asks about a message that was being worked on when the program ended. */
  async askAgain(update: Update): Promise<void> {
    const incoming = readMessage(update, await this.#context.me());
    const id = update.update_id;
    if (!incoming) return await this.#done([id]);
    const { speaker, inbox } = this.#context;
    await speaker.say(
      incoming.address,
      `I was interrupted while working on “${excerpt(incoming.text)}”.`,
      {
        replyTo: incoming.message.message_id,
        buttons: [[
          { label: "Run again", action: `run:${id}` },
          { label: "Drop", action: `drop:${id}` },
        ]],
      },
    );
    await inbox.asked([id]);
  }

  async #message(incoming: Incoming, updateId: number): Promise<void> {
    const { conversations, outbox, speaker } = this.#context;
    const { address, message, text, command } = incoming;
    outbox.saw(address.chatId, message.message_id);
    const busy = conversations.busy(address).running;
    if (command?.name === "stop" || (busy && isStopWord(text))) {
      const stopped = stopConversation(address, this.#context);
      await this.#done([updateId, ...stopped.dropped.flatMap((job) => [...job.updateIds])]);
      return await speaker.say(address, stopped.text);
    }
    const known = command && COMMANDS[command.name];
    if (known?.when === "now") {
      await known.run(incoming, command!.args, this.#context);
      return await this.#done([updateId]);
    }
    if (known) {
      return this.#enqueue(incoming, updateId, async () => {
        await known.run(incoming, command!.args, this.#context);
      });
    }
    const request = this.#request(incoming, updateId);
    if (!request) {
      await speaker.say(address, "I can only read text so far.");
      return await this.#done([updateId]);
    }
    this.#enqueueTurn(request);
  }

  #request({ address, from, message, text }: Incoming, updateId: number): Request | undefined {
    if (text.trim() === "") return undefined;
    return {
      updateIds: [updateId],
      address,
      userId: from.id,
      messageId: message.message_id,
      text,
    };
  }

  #enqueueTurn(request: Request): void {
    this.#context.conversations.enqueue(request.address, {
      updateIds: request.updateIds,
      run: (signal) => this.#context.turn(request, signal),
    });
  }

  #enqueue({ address }: Incoming, updateId: number, run: () => Promise<void>): void {
    const job: Job = {
      updateIds: [updateId],
      run: async () => {
        try {
          await run();
        } catch (error) {
          log.error("A command failed: {error}", { error });
        }
        await this.#done([updateId]);
      },
    };
    this.#context.conversations.enqueue(address, job);
  }

  async #press(query: CallbackQuery, updateId: number): Promise<void> {
    const { api } = this.#context;
    // Stops the spinner on the button; too late for a press from before the start, and no matter.
    api.raw.answerCallbackQuery({ callback_query_id: query.id }).catch((error) =>
      log.debug("A button press was not answered: {failure}", { failure: failureOf(error) })
    );
    const { message, data } = query;
    if (message && data?.startsWith(OWN)) {
      await this.#act(data.slice(OWN.length), query);
      await api.raw.editMessageReplyMarkup({
        chat_id: message.chat.id,
        message_id: message.message_id,
      }).catch((error) => log.debug("Buttons stay: {failure}", { failure: failureOf(error) }));
    }
    await this.#done([updateId]);
  }

  async #act(action: string, query: CallbackQuery): Promise<void> {
    const { inbox, speaker } = this.#context;
    const [verb, id = ""] = action.split(":", 2);
    if (verb === "again") {
      const request = this.#kept.get(id);
      this.#kept.delete(id);
      if (request) return this.#enqueueTurn(request);
    } else if (verb === "run" || verb === "drop") {
      const entry = inbox.get(Number(id));
      if (verb === "drop") return entry && await this.#done([Number(id)]);
      const incoming = entry && readMessage(entry.update, await this.#context.me());
      const request = incoming && this.#request(incoming, Number(id));
      if (request) return this.#enqueueTurn(request);
    }
    const { message } = query;
    if (message && "from" in message) {
      await speaker.say(addressOf(message), "I no longer have that message. Please send it again.");
    }
  }

  async #done(ids: readonly number[]): Promise<void> {
    await this.#context.inbox.done(ids).catch((error) =>
      log.error("Cannot note that a message is answered: {error}", { error })
    );
  }
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 60 ? line : `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, "")}…`;
}
