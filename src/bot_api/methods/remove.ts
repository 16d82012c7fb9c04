import type { Message } from "grammy/types";
import { badRequest } from "../errors.ts";
import type { Room } from "../room.ts";
import type { World } from "../world.ts";
import { messageOf, type Method, roomOf } from "./context.ts";

const DELETABLE_SECONDS = 48 * 60 * 60;

/** `deleteMessage` */
export const deleteMessage: Method = (call) => {
  const room = roomOf(call, "write");
  if (!call.params.has("message_id")) throw badRequest("message identifier is not specified");
  const message = messageOf(call, room, "message to delete");
  if (!isDeletable(call.world, room, message)) throw badRequest("message can't be deleted");
  call.world.remove(room, [message.message_id]);
  return true;
};

/** Within 48 hours: own messages, others' in private chats, and in groups as an administrator. */
function isDeletable(world: World, room: Room, message: Message): boolean {
  const own = message.from?.id === world.me.id;
  if (room.botIsAdmin && room.kind === "supergroup") return true;
  if (world.date() - message.date > DELETABLE_SECONDS) return false;
  return own || room.kind === "private" || room.botIsAdmin;
}
