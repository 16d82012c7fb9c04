/**
 * Where an update goes: what stops the agent acts at once, quick commands answer while a turn runs,
 * everything else takes its place in the conversation.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import type { Inbox } from "../conversation/inbox.ts";
import { type Action, Actions, type Press } from "./actions.ts";
import type { Api } from "./api.ts";
import { type CommandContext, COMMANDS } from "./commands.ts";
import type { Desk } from "./desk.ts";
import { type Incoming, isStopWord, type Me, readEdited, readMessage } from "./incoming.ts";
import type { Outbox } from "./outbox.ts";
import { requestOf } from "./request_of.ts";

const log = getLogger(["ductor", "telegram", "router"]);

export interface RouterContext extends CommandContext {
  api: Api;
  me(): Promise<Me>;
  inbox: Inbox<Update>;
  outbox: Outbox;
  desk: Desk;
}

export class Router {
  readonly #context: RouterContext;
  readonly #actions: Actions;

  constructor(context: RouterContext) {
    this.#context = context;
    this.#actions = new Actions(context.api, (press, label) => this.#answered(press, label));
    for (const [verb, action] of Object.entries(this.#own)) this.#actions.on(verb, action);
  }

  /**
   * Never throws. Need not be awaited before the next update is handed over: what has to happen in
   * order is in its queue before this waits for anything but {@link RouterContext.me}.
   */
  async handle(update: Update): Promise<void> {
    const id = update.update_id;
    try {
      const me = await this.#context.me();
      if (update.edited_message) this.#edited(update, me);
      else if (update.callback_query) {
        // The label of an agent's button becomes a request, which is done when it is answered.
        if (await this.#actions.handle(update.callback_query, id)) return;
      } else {
        const incoming = readMessage(update, me);
        if (incoming && await this.#message(incoming, id, me)) return;
      }
    } catch (error) {
      log.error("An update could not be handled: {error}", { error });
    }
    await this.#context.inbox.done([id]).catch((error) =>
      log.error("Cannot note that an update is handled: {error}", { error })
    );
  }

  /** Asks about a message that was being worked on when the program ended. */
  async askAgain(update: Update): Promise<void> {
    const { speaker, inbox } = this.#context;
    const id = update.update_id;
    const request = requestOf([update], await this.#context.me());
    if (!request) return await inbox.done([id]);
    const { address, messageId, text } = request;
    await speaker.say(address, `I was interrupted while working on “${excerpt(text)}”.`, {
      ...messageId !== undefined && { replyTo: messageId },
      buttons: [[
        { label: "Run again", action: `again:${id}` },
        { label: "Drop", action: `drop:${id}` },
      ]],
    });
    await inbox.park([id]);
  }

  /** @returns Whether the update is done only later, with its place in the conversation. */
  async #message(incoming: Incoming, updateId: number, me: Me): Promise<boolean> {
    const { conversations, outbox, desk, inbox, speaker } = this.#context;
    const { address, message, command } = incoming;
    outbox.saw(address.chatId, message.message_id);
    const conversation = conversations.at(address);
    if (command?.name === "stop" || (conversation?.running && isStopWord(incoming.text))) {
      const running = conversation?.running ?? false;
      const dropped = conversation?.stop() ?? [];
      await inbox.done(dropped.flatMap((job) => [...job.updateIds]));
      await speaker.say(address, stopText(running, dropped.length));
      return false;
    }
    if (command?.name === "interrupt") {
      conversation?.interrupt();
      if (!conversation?.running) await speaker.say(address, "Nothing is running.");
      return false;
    }
    const known = command && COMMANDS[command.name];
    if (known?.when === "now") {
      await known.run(incoming, command!.args, this.#context);
      return false;
    }
    if (known) {
      desk.inTurn({
        address,
        updateIds: [updateId],
        run: async () => {
          await known.run(incoming, command!.args, this.#context).catch((error) =>
            log.error("A command failed: {error}", { error })
          );
          await inbox.done([updateId]);
        },
      });
      return true;
    }
    const request = requestOf([{ update_id: updateId, message } as Update], me);
    if (!request) {
      await speaker.say(address, "I can only read text so far.");
      return false;
    }
    const urgent = incoming.text.startsWith("!") && incoming.text.length > 1;
    desk.submit(request, urgent);
    if (urgent) conversation?.interrupt();
    return true;
  }

  #edited(update: Update, me: Me): void {
    const incoming = readEdited(update, me);
    const request = incoming && requestOf([{ ...update, message: incoming.message } as Update], me);
    if (!request) return;
    this.#context.desk.replace(request.address.chatId, incoming.message.message_id, request.text);
  }

  /** A button of the agent was pressed: its label is the user's answer. */
  async #answered(press: Press, label: string): Promise<void> {
    const { outbox, desk } = this.#context;
    const { message, address, from, updateId } = press;
    const note = `[USER ANSWER] ${label}`;
    const text = message.text === undefined ? undefined : `${message.text}\n\n${note}`;
    if (text === undefined || text.length > 4096) await this.#actions.removeButtons(message);
    else {
      const offset = text.length - note.length;
      const entities = [
        ...message.entities ?? [],
        { type: "italic" as const, offset, length: note.length },
      ];
      await outbox.edit(address, message.message_id, { pieces: [{ text, entities }] });
    }
    desk.submit({
      updateIds: [updateId],
      address,
      userId: from.id,
      messageId: message.message_id,
      text: label,
    });
  }

  readonly #own: Record<string, Action> = {
    cancel: async ({ argument }) => {
      // The notice itself changes when the message is taken out.
      await this.#context.desk.cancel(argument);
      return "keep";
    },
    again: async ({ argument, address }) => {
      if (!await this.#context.desk.again(Number(argument))) await this.#lost(address);
    },
    drop: async ({ argument }) => {
      await this.#context.desk.drop(Number(argument));
    },
  };

  async #lost(address: Press["address"]): Promise<void> {
    await this.#context.speaker.say(
      address,
      "I no longer have that message. Please send it again.",
    );
  }
}

function stopText(running: boolean, dropped: number): string {
  const queue = dropped === 0
    ? ""
    : dropped === 1
    ? " One waiting message was dropped."
    : ` ${dropped} waiting messages were dropped.`;
  return (running ? "⏹ Stopped." : "Nothing is running.") + queue;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 60 ? line : `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, "")}…`;
}
