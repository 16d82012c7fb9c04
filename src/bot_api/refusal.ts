/** Why a chat takes nothing from the bot, in the words of Telegram (tdlib/telegram-bot-api, Client.cpp). */
import type { Message } from "grammy/types";
import { badRequest, BotApiError } from "./errors.ts";
import type { Room } from "./room.ts";
import type { Refusal } from "./types.ts";

const FORBIDDEN: Readonly<
  Record<Exclude<Refusal, "no_text" | "no_media">, (kind: string) => string>
> = {
  blocked: () => "bot was blocked by the user",
  deactivated: () => "user is deactivated",
  deleted: () => "the group chat was deleted",
  kicked: (kind) => `bot was kicked from the ${kind} chat`,
  left: (kind) => `bot is not a member of the ${kind} chat`,
};

/** @throws {BotApiError} the bot may not go there, whatever it brings */
export function checkAccess({ refusal, kind }: Room, access: "write" | "edit" | "read"): void {
  if (refusal === undefined || refusal === "no_text" || refusal === "no_media") return;
  const isOut = refusal === "kicked" || refusal === "left";
  if (access !== "write" && (refusal === "blocked" || refusal === "deleted")) return;
  if (access === "read" && !(isOut && kind === "supergroup")) return;
  throw new BotApiError(403, `Forbidden: ${FORBIDDEN[refusal](kind)}`);
}

const MEDIA: readonly (readonly [keyof Message, string])[] = [
  ["animation", "animations"],
  ["photo", "photos"],
  ["video", "videos"],
  ["audio", "music"],
  ["voice", "voice notes"],
  ["document", "documents"],
];

/** @throws {BotApiError} the bot may not send such a message there */
export function checkContent({ refusal, botIsAdmin }: Room, content: Partial<Message>): void {
  if (botIsAdmin || (refusal !== "no_text" && refusal !== "no_media")) return;
  const media = MEDIA.find(([field]) => content[field] !== undefined)?.[1];
  if (refusal === "no_media" && media === undefined) return;
  throw badRequest(`not enough rights to send ${media ?? "text messages"} to the chat`);
}
