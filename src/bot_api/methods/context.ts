import type { Message } from "grammy/types";
import { badRequest, BotApiError } from "../errors.ts";
import type { Params } from "../params.ts";
import { checkAccess } from "../refusal.ts";
import type { Room } from "../room.ts";
import type { World } from "../world.ts";

/** What a method works with. */
export interface Call {
  world: World;
  params: Params;
  /** Aborted when the client is gone or the server stops. */
  signal: AbortSignal;
}

/** Returns the `result`, or throws a `BotApiError`. */
export type Method = (call: Call) => unknown | Promise<unknown>;

/**
 * What is going to be done in a chat. `write` makes something appear there and so fails in a group
 * that became a supergroup; `edit` needs less, `read` least.
 */
export type Access = "write" | "edit" | "read";

/** The chat of the call. Throws what Telegram says to a bot that may not be there. */
export function roomOf(call: Call, access: Access): Room {
  const text = call.params.text("chat_id").trim();
  if (text === "") throw badRequest("chat_id is empty");
  const room = /^-?\d+$/.test(text) ? call.world.rooms.get(Number(text)) : undefined;
  // A bot cannot see somebody who never wrote to it.
  if (!room || !room.started) throw badRequest("chat not found");
  checkAccess(room, access);
  if (access === "write" && room.migratedTo !== undefined) {
    throw new BotApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {
      migrate_to_chat_id: room.migratedTo,
    });
  }
  return room;
}

/** A message of the call's chat, named in the error as Telegram does ("message to edit"). */
export function messageOf(call: Call, room: Room, role: string): Message {
  const id = call.params.int("message_id") ?? 0;
  const message = id > 0 ? room.messages.get(id) : undefined;
  if (!message) throw badRequest(`${role} not found`);
  return message;
}

/** A copy without what only the server knows; results are answers, not the stored state. */
export function resultOf(message: Message): Message {
  return structuredClone(message);
}
