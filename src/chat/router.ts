/**
 * Where an update goes: what stops the agent acts at once, quick commands answer while a turn runs,
 * everything else takes its place in the conversation.
 */
import { getLogger } from "@logtape/logtape";
import type { Message, Update } from "grammy/types";
import { Remembered } from "../base/remembered.ts";
import type { PatternCounter } from "../base/patterns.ts";
import { keyOf } from "../conversation/address.ts";
import type { Conversations } from "../conversation/conversations.ts";
import type { Inbox } from "../conversation/inbox.ts";
import type { Speaker } from "../conversation/speaker.ts";
import type { Outbox } from "../telegram/outbox.ts";
import type { Approvals } from "./approvals/approvals.ts";
import type { Boundary } from "./boundary.ts";
import type { Command, Commands } from "./commands/command.ts";
import { textsOf } from "./incoming/attachments.ts";
import { type Incoming, isStopWord, type Me, readAll, readEdited } from "./incoming/incoming.ts";
import type { MediaIntake } from "./incoming/intake.ts";
import { requestOf } from "./incoming/request_of.ts";
import type { Presses } from "./presses.ts";
import type { RequestQueue } from "./queue/request_queue.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "router"]);

export interface RouterOptions {
  /** Rejects only when the program ends. */
  me(): Promise<Me>;
  boundary: Boundary;
  commands: Pick<Commands, "get">;
  presses: Pick<Presses, "handle">;
  approvals: Pick<Approvals, "take">;
  queue: Pick<RequestQueue, "submit" | "inTurn" | "replace">;
  conversations: Pick<Conversations, "at">;
  inbox: Pick<Inbox<Update>, "change" | "done" | "entries">;
  outbox: Pick<Outbox, "saw">;
  /** A group became a supergroup, with another id. */
  moveGroup(from: number, to: number): Promise<void>;
  speaker: Pick<Speaker, "say">;
  media: Pick<MediaIntake, "announce">;
  patterns: Pick<PatternCounter, "scan">;
}

export class Router {
  readonly #options: RouterOptions;
  /** What people have written to questions of the agent. */
  readonly #answers = new Remembered<string, string>(100);

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /**
   * Takes the updates of one request (see bursts.ts), or a single update of any other kind.
   *
   * Never throws. Need not be awaited before the next update is handed over: what has to happen in
   * order is in its queue before this waits for anything but {@link RouterOptions.me}.
   */
  async handle(updates: readonly Update[]): Promise<void> {
    const [update] = updates;
    if (!update) return;
    let me: Me;
    try {
      me = await this.#options.me();
    } catch {
      // The program ends before Telegram has said who the bot is: this waits for the next start.
      return;
    }
    try {
      const movedTo = update.message?.migrate_to_chat_id;
      if (movedTo !== undefined) {
        await this.#options.moveGroup(update.message!.chat.id, movedTo);
      } else if (update.edited_message) await this.#edited(update, me);
      else if (update.callback_query) {
        // The label of an agent's button becomes a request, which is done when it is answered.
        if (await this.#options.presses.handle(update.callback_query, update.update_id)) return;
      } else {
        const [incoming] = readAll(updates, me);
        if (incoming && await this.#message(incoming, updates, me)) return;
      }
    } catch (error) {
      log.error("An update could not be handled: {error}", { error });
    }
    await this.#done(updates);
  }

  async #done(updates: readonly Update[]): Promise<void> {
    await this.#options.inbox.done(updates.map(({ update_id }) => update_id)).catch((error) =>
      log.error("Cannot note that an update is handled: {error}", { error })
    );
  }

  /** @returns Whether the update is done only later, with its place in the conversation. */
  async #message(incoming: Incoming, updates: readonly Update[], me: Me): Promise<boolean> {
    const { address, message } = incoming;
    for (const { message } of updates) {
      if (!message) continue;
      this.#options.outbox.saw(address.chatId, message.message_id);
      this.#options.patterns.scan(textsOf(message), { chat: address.chatId });
    }
    const command = this.#commandOf(incoming);
    const updateIds = updates.map(({ update_id }) => update_id);
    const asked = command?.when !== "at_once" && command?.request && requestOf(updates, me);
    if (command?.request && asked) {
      command.request(asked);
      return true;
    }
    if (command && command.when !== "in_turn") {
      return await this.#run(command, incoming, updateIds) === "later";
    }
    if (command) {
      this.#options.queue.inTurn({
        address,
        updateIds,
        messageId: message.message_id,
        run: async () => {
          await this.#run(command, incoming, updateIds);
          await this.#options.inbox.done(updateIds);
        },
      });
      return true;
    }
    const answer = this.#answer(updates, me);
    if (answer) {
      // Done before it is given: after a crash in between the question is gone as well.
      await this.#done(updates);
      if (answer()) {
        for (const { message, text } of readAll(updates, me)) {
          this.#answers.add(`${keyOf(address)}/${message.message_id}`, text);
        }
        return false;
      }
    }
    return await this.#ask(incoming, updates, me);
  }

  /** Gives the answer to a question of the agent, if these are a person's own words, and no command. */
  #answer(updates: readonly Update[], me: Me): (() => boolean) | undefined {
    const all = readAll(updates, me);
    const [first] = all;
    if (!first || first.command || isUrgent(first)) return undefined;
    const own = all.every(({ message }) => message.text !== undefined && !message.forward_origin);
    const text = all.map(({ text }) => text).join("\n");
    return own ? this.#options.approvals.take({ ...first, text }) : undefined;
  }

  /** The command that is called, by its name or, while something runs, by a stop word. */
  #commandOf({ address, message, text, command }: Incoming): Command | undefined {
    const { commands, conversations } = this.#options;
    if (command) return commands.get(command.name);
    const stops = !message.forward_origin && isStopWord(text) && conversations.at(address)?.running;
    return stops ? commands.get("stop") : undefined;
  }

  async #run(
    command: Command,
    { address, from, command: called }: Incoming,
    updateIds: readonly number[],
  ): Promise<void | "later"> {
    const call = { address, from, args: called?.args ?? "", updateIds };
    const what = texts.command(command.name);
    const end = await this.#options.boundary.run(address, what, () => command.run(call));
    return end.ok ? end.value : undefined;
  }

  /** Takes what is no command to the agent. */
  async #ask(incoming: Incoming, updates: readonly Update[], me: Me): Promise<boolean> {
    const { boundary, conversations, media, queue, speaker } = this.#options;
    const { address, message } = incoming;
    const request = requestOf(updates, me);
    if (!request) {
      // Of service messages (a title, a new member, a pin) nobody expects an answer.
      if (isUnreadable(message)) await speaker.say(address, texts.unreadable);
      return false;
    }
    const urgent = isUrgent(incoming);
    queue.submit(request, urgent);
    if (urgent) conversations.at(address)?.interrupt();
    // The request runs, whatever becomes of this.
    await boundary.run(address, texts.message, () => media.announce(request));
    return true;
  }

  async #edited(update: Update, me: Me): Promise<void> {
    const incoming = readEdited(update, me);
    const request = incoming && requestOf([{ ...update, message: incoming.message } as Update], me);
    if (!request) return;
    const { address, message, command } = incoming;
    this.#options.patterns.scan(textsOf(message), { chat: address.chatId });
    const isCommand = command !== undefined && this.#options.commands.get(command.name);
    const how = this.#isChangedAnswer(incoming)
      ? "stays"
      : this.#options.queue.replace(request, !isCommand);
    if (how === "replaced" || how === "unknown") return await this.#keep(message);
    // A live location is changed by the phone, every few seconds.
    if (message.location) return;
    const replyTo = message.message_id;
    await this.#options.speaker.say(address, texts.edited[how], { replyTo });
  }

  /** What waits, or may be run again, keeps the change over a restart. */
  async #keep(edited: Message): Promise<void> {
    const { inbox } = this.#options;
    const before = inbox.entries().find(({ state, update: { message } }) =>
      state !== "started" && message?.message_id === edited.message_id &&
      message.chat.id === edited.chat.id
    );
    if (before) await inbox.change({ ...before.update, message: edited } as Update);
  }

  /** Whether what changed is an answer that the agent, which goes on with it, has as it was. */
  #isChangedAnswer({ address, message, text }: Incoming): boolean {
    const id = `${keyOf(address)}/${message.message_id}`;
    const before = this.#answers.get(id);
    if (before === undefined || !this.#options.conversations.at(address)?.running) return false;
    this.#answers.add(id, text);
    return before !== text;
  }
}

/** Whether it goes before all that waits, and ends what runs. */
function isUrgent({ message, text }: Incoming): boolean {
  return !message.forward_origin && /^!./s.test(text);
}

/** Content of a person that there is no way to hand on. */
function isUnreadable(message: Message): boolean {
  return ["story", "game", "paid_media", "checklist", "giveaway", "invoice", "gift"]
    .some((kind) => kind in message);
}
