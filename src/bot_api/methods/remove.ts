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

/** `deleteMessages`: ids that cannot be found or deleted are skipped. */
export const deleteMessages: Method = (call) => {
  const room = roomOf(call, "write");
  const ids = messageIds(call.params.json("message_ids", "message_ids"));
  const deletable = ids.filter((id) => {
    const message = room.messages.get(id);
    return message !== undefined && isDeletable(call.world, room, message);
  });
  call.world.remove(room, deletable);
  return true;
};

/** Reads a list of 1 to 100 message ids. */
export function messageIds(value: unknown): number[] {
  if (value === undefined) throw badRequest("message identifiers are not specified");
  if (!Array.isArray(value)) throw badRequest("expected an Array of message identifiers");
  if (value.length > 100) throw badRequest("too many message identifiers specified");
  if (value.length === 0) throw badRequest("message identifiers are not specified");
  return value.map((item) => {
    const id = Number(item);
    if (!Number.isInteger(id) || id <= 0) {
      throw badRequest("invalid message identifier specified");
    }
    return id;
  });
}

/** Within 48 hours: own messages, others' in private chats, and in groups as an administrator. */
function isDeletable(world: World, room: Room, message: Message): boolean {
  const own = message.from?.id === world.me.id;
  if (room.botIsAdmin && room.kind === "supergroup") return true;
  if (world.date() - message.date > DELETABLE_SECONDS) return false;
  return own || room.kind === "private" || room.botIsAdmin;
}
