/** Sends one file of the home folder, as the file browser is asked to. */
import { InputFile } from "grammy";
import { getLogger } from "@logtape/logtape";
import type { Config } from "../../config/schema.ts";
import type { Home } from "../../config/home.ts";
import type { Address } from "../../conversation/address.ts";
import { checkOutgoing, type Refusal } from "../../security/outgoing.ts";
import { type Api, failureOf } from "../api.ts";
import { nameOf, shortened } from "../text.ts";

const log = getLogger(["ductor", "telegram", "files"]);

const REASONS: Record<Refusal, string> = {
  missing: "it is not there any more.",
  no_file: "it is no file.",
  outside: "it is outside of the folders I may send from (file_access in the config).",
  private: "it holds keys, settings or state of ductor.",
  empty: "it is empty, and Telegram takes no empty files.",
  too_large: "it is larger than the 50 MB Telegram takes from a bot.",
  unreadable: "it cannot be read.",
};

/** @returns why it was not sent, to be shown as it is; `undefined`: it was */
export async function sendOneFile(
  { chatId, threadId }: Address,
  path: string,
  { api, home, config }: { api: Api; home: Home; config(): Config },
): Promise<string | undefined> {
  const found = await checkOutgoing(path, { access: config().file_access, home });
  const name = shortened(nameOf(found.name), 60);
  if (!found.ok) return `${name} is not sent: ${REASONS[found.refusal]}`;
  try {
    await api.raw.sendDocument({
      chat_id: chatId,
      ...threadId !== undefined && { message_thread_id: threadId },
      document: new InputFile(await Deno.readFile(found.path), found.name),
    });
  } catch (error) {
    const failure = failureOf(error);
    log.warn("A file could not be sent: {failure}", { failure });
    return `${name} could not be sent; please try again.`;
  }
}
