import type { BotCommand, BotCommandScope } from "grammy/types";
import { badRequest } from "../errors.ts";
import { isObject, Params } from "../params.ts";
import { type Call, type Method, roomOf } from "./context.ts";

/** `setMyCommands` */
export const setMyCommands: Method = (call) => {
  const commands = readCommands(call.params.json("commands", "commands"));
  call.world.commands.set(scopeOf(call), commands);
  call.world.emit({ type: "commands" });
  return true;
};

/** `deleteMyCommands` */
export const deleteMyCommands: Method = (call) => {
  call.world.commands.delete(scopeOf(call));
  call.world.emit({ type: "commands" });
  return true;
};

/** `getMyCommands` */
export const getMyCommands: Method = (call) => call.world.commands.get(scopeOf(call));

function readCommands(value: unknown): BotCommand[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest("expected an Array of BotCommand");
  if (value.length > 100) throw badRequest("BOT_COMMANDS_TOO_MUCH");
  return value.map((item) => {
    if (!isObject(item)) throw unparsed("expected an Object");
    for (const field of ["command", "description"] as const) {
      if (item[field] === undefined) throw unparsed(`Can't find field "${field}"`);
      if (typeof item[field] !== "string") {
        throw unparsed(`Field "${field}" must be of type String`);
      }
    }
    const command = String(item["command"]).replace(/^\//, "");
    const description = String(item["description"]).trim();
    if (command === "") throw badRequest("command must be non-empty");
    if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
    if (description === "") throw badRequest("command description must be non-empty");
    if (description.length > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
    return { command, description };
  });
}

function scopeOf(call: Call): BotCommandScope {
  const value = call.params.json("scope", "BotCommandScope");
  if (value === undefined) return { type: "default" };
  if (!isObject(value)) throw unparsedScope("BotCommandScope must be an Object");
  const { type, chat_id, user_id } = value;
  switch (type) {
    case "default":
    case "all_private_chats":
    case "all_group_chats":
      return { type };
    case "chat":
    case "chat_member": {
      if (chat_id === undefined) throw unparsedScope(`Can't find field "chat_id"`);
      const room = roomOf({ ...call, params: new Params({ chat_id }) }, "edit");
      if (type !== "chat_member") return { type, chat_id: room.id };
      const id = Number(user_id);
      if (!Number.isInteger(id) || id <= 0) throw unparsedScope("Invalid user_id specified");
      return { type, chat_id: room.id, user_id: id };
    }
    default:
      throw unparsedScope("Unsupported type specified");
  }
}

function unparsed(what: string): Error {
  return badRequest(`can't parse BotCommand: ${what}`);
}

function unparsedScope(what: string): Error {
  return badRequest(`can't parse BotCommandScope: ${what}`);
}
