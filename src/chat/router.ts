/**
 * Where an update goes: what stops the agent acts at once, quick commands answer while a turn runs,
 * everything else takes its place in the conversation.
 */
import { oneLine, shorten } from "../base/text.ts";
import { getLogger } from "@logtape/logtape";
import type { Message, Update } from "grammy/types";
import type { Inbox } from "../conversation/inbox.ts";
import type { PatternCounter } from "../base/patterns.ts";
import { type Action, Actions } from "./presses.ts";
import type { Api } from "../telegram/api.ts";
import type { Approvals } from "./approvals/approvals.ts";
import type { CommandContext } from "./commands/mod.ts";
import { registerDecisions } from "./queue/decisions.ts";
import type { Desk } from "./queue/queue_notice.ts";
import { type Incoming, isStopWord, type Me, readAll, readEdited } from "./incoming/incoming.ts";
import { textsOf } from "./incoming/attachments.ts";
import type { MediaIntake } from "./incoming/intake.ts";
import type { Outbox } from "../telegram/outbox.ts";
import { registerPanels } from "./panels/mod.ts";
import { requestOf } from "./incoming/request_of.ts";
import { takeAnswer } from "./incoming/user_answer.ts";

const log = getLogger(["ductor", "telegram", "router"]);

export interface RouterContext extends CommandContext {
  api: Api;
  /** Rejects only when the program ends. */
  me(): Promise<Me>;
  inbox: Inbox<Update>;
  outbox: Outbox;
  desk: Desk;
  approvals: Approvals;
  /** IANA zone of the user. */
  timeZone(): string;
  media: Pick<MediaIntake, "announce">;
  patterns: PatternCounter;
}

export class Router {
  readonly #context: RouterContext;
  readonly #actions: Actions;

  constructor(context: RouterContext) {
    this.#context = context;
    this.#actions = new Actions(context.api, (press) => {
      const { argument: label } = press;
      return takeAnswer(press, { label, text: label }, context);
    });
    for (const [verb, action] of Object.entries(this.#own)) this.#actions.on(verb, action);
    registerDecisions(this.#actions, context);
    registerPanels(this.#actions, context);
  }

  /** Adds what a button of ours does; `verb` as in `Button.action` before the colon. */
  on(verb: string, action: Action): void {
    this.#actions.on(verb, action);
  }

  /**
   * Takes the updates of one request (see burst.ts), or a single update of any other kind.
   *
   * Never throws. Need not be awaited before the next update is handed over: what has to happen in
   * order is in its queue before this waits for anything but {@link RouterContext.me}.
   */
  async handle(updates: readonly Update[]): Promise<void> {
    const ids = updates.map(({ update_id }) => update_id);
    const [update] = updates;
    if (!update) return;
    let me: Me;
    try {
      me = await this.#context.me();
    } catch {
      // The program ends before Telegram has said who the bot is: this waits for the next start.
      return;
    }
    try {
      const movedTo = update.message?.migrate_to_chat_id;
      if (movedTo !== undefined) {
        await this.#context.sessions.move(update.message!.chat.id, movedTo);
      } else if (update.edited_message) this.#edited(update, me);
      else if (update.callback_query) {
        // The label of an agent's button becomes a request, which is done when it is answered.
        if (await this.#actions.handle(update.callback_query, update.update_id)) return;
      } else {
        const [incoming] = readAll(updates, me);
        if (incoming && await this.#message(incoming, updates, me)) return;
      }
    } catch (error) {
      log.error("An update could not be handled: {error}", { error });
    }
    await this.#context.inbox.done(ids).catch((error) =>
      log.error("Cannot note that an update is handled: {error}", { error })
    );
  }

  /** Goes on with a request that was put back; in the order of {@link handle}, of which all is true. */
  async takeUp(updates: readonly Update[]): Promise<void> {
    const request = requestOf(updates, { ...await this.#context.me(), answersAll: true });
    if (request) this.#context.desk.submit(request);
  }

  /**
   * Asks about a message that was being worked on when the program ended.
   *
   * @param turn the turn that was cut off; about one it asks once, whatever happens in between
   */
  async askAgain(updates: readonly Update[], turn?: string): Promise<void> {
    const { speaker, inbox } = this.#context;
    const ids = updates.map(({ update_id }) => update_id);
    const [id] = ids;
    const request = requestOf(updates, await this.#context.me());
    if (!request) return await inbox.done(ids);
    const { address, messageId } = request;
    const text = request.text || "the file you sent";
    await speaker.say(address, `I was interrupted while working on “${excerpt(text)}”.`, {
      ...messageId !== undefined && { replyTo: messageId },
      ...turn !== undefined && { id: `interrupted:${turn}` },
      buttons: [[
        { label: "Run again", action: `again:${id}` },
        { label: "Drop", action: `drop:${id}` },
      ]],
    });
    await inbox.park(ids);
  }

  /** @returns Whether the update is done only later, with its place in the conversation. */
  async #message(incoming: Incoming, updates: readonly Update[], me: Me): Promise<boolean> {
    const { conversations, outbox, desk, inbox, speaker } = this.#context;
    const { address, message, command } = incoming;
    const updateIds = updates.map(({ update_id }) => update_id);
    for (const { message } of updates) {
      if (!message) continue;
      outbox.saw(address.chatId, message.message_id);
      this.#context.patterns.scan(textsOf(message), { chat: address.chatId });
    }
    const conversation = conversations.at(address);
    if (command?.name === "stop" || (conversation?.running && isStopMessage(incoming))) {
      const running = conversation?.running ?? false;
      const dropped = conversation?.stop() ?? [];
      await inbox.done(dropped.flatMap((job) => [...job.updateIds]));
      await speaker.say(address, stopText(running, dropped.length));
      return false;
    }
    if (this.#context.approvals.replied(message, incoming.text)) return false;
    if (command?.name === "interrupt") {
      conversation?.interrupt();
      if (!conversation?.running) await speaker.say(address, "Nothing is running.");
      return false;
    }
    const known = command && this.#context.commands.get(command.name);
    if (known?.when === "now") {
      await known.run(incoming, command!.args, this.#context);
      return false;
    }
    if (known) {
      desk.inTurn({
        address,
        updateIds,
        messageId: message.message_id,
        run: async () => {
          await known.run(incoming, command!.args, this.#context).catch((error) =>
            log.error("A command failed: {error}", { error })
          );
          await inbox.done(updateIds);
        },
      });
      return true;
    }
    const request = requestOf(updates, me);
    if (!request) {
      // Of service messages (a title, a new member, a pin) nobody expects an answer.
      if (isUnreadable(message)) await speaker.say(address, "I cannot read this kind of message.");
      return false;
    }
    const urgent = !message.forward_origin && /^!./s.test(incoming.text);
    desk.submit(request, urgent);
    if (urgent) conversation?.interrupt();
    await this.#context.media.announce(request);
    return true;
  }

  #edited(update: Update, me: Me): void {
    const incoming = readEdited(update, me);
    const request = incoming && requestOf([{ ...update, message: incoming.message } as Update], me);
    if (!request) return;
    this.#context.patterns.scan(textsOf(incoming.message), { chat: request.address.chatId });
    this.#context.desk.replace(request);
  }

  readonly #own: Record<string, Action> = {
    cancel: async ({ argument }) => {
      // The notice itself changes when the message is taken out.
      await this.#context.desk.cancel(argument);
      return "keep" as const;
    },
    allow: (press) => this.#context.approvals.press(press),
    pick: (press) => this.#context.approvals.press(press),
  };
}

function isStopMessage({ message, text }: Incoming): boolean {
  return !message.forward_origin && isStopWord(text);
}

/** Content of a person that there is no way to hand on. */
function isUnreadable(message: Message): boolean {
  return ["story", "game", "paid_media", "checklist", "giveaway", "invoice", "gift"]
    .some((kind) => kind in message);
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
  return shorten(oneLine(text), 60);
}
