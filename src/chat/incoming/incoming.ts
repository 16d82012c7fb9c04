/** What a Telegram message means to ductor. */
import type { Message, Update, User } from "grammy/types";
import type { Address } from "../../conversation/address.ts";
import { commandOf, markedOf, mentions, withLinks, withoutName } from "./marks.ts";
import { isAnswerTo } from "./quotes.ts";

/** Words that stop a running turn when they are all a message says. */
const STOP_WORDS = new Set([
  "stop",
  "abort",
  "cancel",
  "halt",
  "wait",
  "quit",
  "exit",
  "interrupt",
  "stopp",
  "warte",
  "abbruch",
  "abbrechen",
]);

export interface Incoming {
  address: Address;
  from: User;
  message: Message;
  /** The text or caption, without the bot's own name, with the addresses of its links. */
  text: string;
  /** Lower case, without `/` and `@botname`; absent when the text is no command. */
  command?: { name: string; args: string };
}

/** Who is asked for: a command for another bot of the group is none of our business. */
export interface Me {
  id: number;
  username: string;
  /** Whether everything said in groups is meant for the bot (`group_mode: "all"`). */
  answersAll?: boolean;
}

/** @returns `undefined` for updates that are no message of a person, or not meant for this bot. */
export function readMessage({ message }: Update, me: Me): Incoming | undefined {
  return message && read(message, me);
}

/** All messages of one request; in groups it is enough that one of them is meant for the bot. */
export function readAll(updates: readonly Update[], me: Me): Incoming[] {
  if (!updates.some((update) => readMessage(update, me))) return [];
  return updates.flatMap(({ message }) => message && (read(message, me, true) ?? []) || []);
}

/** The same for a message that was changed afterwards. */
export function readEdited({ edited_message }: Update, me: Me): Incoming | undefined {
  return edited_message && read(edited_message, me);
}

function read(message: Message, me: Me, addressed = false): Incoming | undefined {
  if (!message.from || message.from.is_bot) return undefined;
  if (!addressed && message.chat.type !== "private" && !isAddressed(message, me)) return undefined;
  const source = markedOf(message);
  const text = withLinks(withoutName(source, me));
  const incoming: Incoming = { address: addressOf(message), from: message.from, message, text };
  // What somebody else wrote must not act as a command of the user.
  if (message.forward_origin) return incoming;
  const command = commandOf(source, me);
  if (!command) return incoming;
  const { name, bot, args } = command;
  if (bot !== undefined && bot.toLowerCase() !== me.username.toLowerCase()) return undefined;
  return { ...incoming, command: { name, args } };
}

/** A message in a topic has a thread id; so has a reply in a plain group, which is no topic. */
export function addressOf(message: Message): Address {
  const { chat, message_thread_id, is_topic_message } = message;
  return is_topic_message && message_thread_id !== undefined
    ? { chatId: chat.id, threadId: message_thread_id }
    : { chatId: chat.id };
}

/** Whether the message is one of the words that stop a running turn. */
export function isStopWord(text: string): boolean {
  return STOP_WORDS.has(text.trim().toLowerCase());
}

function isAddressed(message: Message, me: Me): boolean {
  if (me.answersAll || isAnswerTo(message, me.id)) return true;
  const source = markedOf(message);
  return mentions(source, me) || commandOf(source, me) !== undefined;
}
