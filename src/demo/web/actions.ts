import { z } from "zod";
import type { ChatUser, FileSpec, SendOptions } from "../../bot_api/types.ts";
import { intoAlbums, kindOf } from "./uploads.ts";

/** A button that is not answered until then is free again; a page stops waiting even earlier. */
const PRESS_TIMEOUT_MS = 60_000;

/** Characters of a caption; a longer one goes as a message of its own. */
const MAX_CAPTION = 1024;

const place = z.object({ chat: z.number().int(), thread: z.number().int().optional() });
const messageId = z.number().int().positive();

const SCHEMAS = {
  send: place.extend({ text: z.string().min(1), reply_to: messageId.optional() }),
  stop: place,
  edit: place.extend({ message_id: messageId, text: z.string().min(1) }),
  press: place.extend({ message_id: messageId, data: z.string() }),
  react: place.extend({ message_id: messageId, emoji: z.string().nullable() }),
  delete: place.extend({ message_ids: z.array(messageId).min(1) }),
};

const fileOptions = place.extend({
  caption: z.string().optional(),
  reply_to: messageId.optional(),
  as_files: z.boolean().optional(),
});

/** A request of the page that cannot be carried out; the message is for the person to read. */
export class ActionError extends Error {
  override readonly name = "ActionError";
}

/**
 * Does what the page asks for as the person it belongs to. Throws {@link ActionError} for unknown
 * actions and bodies that are not as expected, and the server's errors for what cannot be done.
 */
export function act(user: ChatUser, name: string, body: unknown): void {
  switch (name) {
    case "send": {
      const { text, ...where } = read(SCHEMAS.send, body);
      user.send(text, sendOptions(where));
      return;
    }
    case "stop":
      user.send("/stop", sendOptions(read(SCHEMAS.stop, body)));
      return;
    case "edit": {
      const { chat, message_id, text } = read(SCHEMAS.edit, body);
      user.edit(message_id, text, { chat });
      return;
    }
    case "press": {
      const { chat, message_id, data } = read(SCHEMAS.press, body);
      const signal = AbortSignal.timeout(PRESS_TIMEOUT_MS);
      // The answer reaches the page as an event, like everything that the bot does.
      user.press(message_id, data, { chat, signal }).catch(() => {});
      return;
    }
    case "react": {
      const { chat, message_id, emoji } = read(SCHEMAS.react, body);
      user.react(message_id, emoji, { chat });
      return;
    }
    case "delete": {
      const { chat, message_ids } = read(SCHEMAS.delete, body);
      user.delete(message_ids, { chat });
      return;
    }
    default:
      throw new ActionError(`There is no action ${JSON.stringify(name)}`);
  }
}

/** Sends the files of a form (`file`, several times) with `options` as JSON: single ones or albums. */
export async function sendFiles(user: ChatUser, form: FormData): Promise<void> {
  const { caption = "", as_files = false, ...where } = read(fileOptions, options(form));
  const files = form.getAll("file").filter((item) => item instanceof File);
  if (files.length === 0) throw new ActionError("There is no file to send");
  const empty = files.find((file) => file.size === 0);
  if (empty) throw new ActionError(`${empty.name} is empty; Telegram does not send empty files`);
  const specs = await Promise.all(files.map(async (file): Promise<FileSpec> => ({
    kind: kindOf(file, as_files),
    bytes: await file.bytes(),
    file_name: file.name,
    // The browser's type, without parameters such as the character set.
    mime_type: file.type.split(";")[0] || "application/octet-stream",
    ...sendOptions(where),
  })));
  if (caption.length > MAX_CAPTION) user.send(caption, sendOptions(where));
  let next = caption.length > MAX_CAPTION ? "" : caption;
  for (const album of intoAlbums(specs)) {
    const group = album.length > 1 ? { media_group_id: newAlbumId() } : {};
    for (const spec of album) {
      user.sendFile({ ...spec, ...group, ...(next && { caption: next }) });
      next = "";
    }
  }
}

function options(form: FormData): unknown {
  const text = form.get("options");
  try {
    return JSON.parse(typeof text === "string" ? text : "");
  } catch {
    throw new ActionError("The options of the files are not JSON");
  }
}

function sendOptions(
  where: { chat: number; thread?: number | undefined; reply_to?: number | undefined },
): SendOptions {
  return {
    chat: where.chat,
    ...(where.thread !== undefined && { thread: where.thread }),
    ...(where.reply_to !== undefined && { reply_to: where.reply_to }),
  };
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new ActionError(`The request is not as expected: ${path.join(".") || "body"}: ${message}`);
}

/** As many digits as Telegram's. */
function newAlbumId(): string {
  return `13${Array.from(crypto.getRandomValues(new Uint8Array(15)), (n) => n % 10).join("")}`;
}
