import type { ReactionType, ReactionTypeEmoji, User } from "grammy/types";
import type { Room } from "./room.ts";
import type { World } from "./world.ts";

type Emoji = ReactionTypeEmoji["emoji"];

const LIST =
  "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 " +
  "👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";

/** The emoji a reaction may be; others answer `REACTION_INVALID`. */
export const REACTIONS = LIST.split(" ") as Emoji[];

/** Replaces the reactions of one actor; returns the ones before. */
export function setReaction(
  world: World,
  room: Room,
  messageId: number,
  actor: User,
  reaction: ReactionType[],
): ReactionType[] {
  const actors = room.reactions.get(messageId) ?? new Map<number, ReactionType[]>();
  room.reactions.set(messageId, actors);
  const before = actors.get(actor.id) ?? [];
  if (reaction.length > 0) actors.set(actor.id, reaction);
  else actors.delete(actor.id);
  world.emit({ type: "reaction", chat_id: room.id, message_id: messageId, actor, reaction });
  return before;
}
