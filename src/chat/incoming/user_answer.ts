/** A button with words that the user says by pressing it: shown in its message, and said once. */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Press, PressResult } from "../presses.ts";
import { texts } from "./texts.ts";
import type { RequestQueue } from "../queue/request_queue.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import { MESSAGE_LIMIT } from "../../telegram/content.ts";
import type { Outbox } from "../../telegram/outbox.ts";

const log = getLogger(["ductor", "telegram"]);

/** UTF-16 units of the text under a picture. */
const CAPTION_LIMIT = 1024;

export interface AnswerNeeds {
  queue: Pick<RequestQueue, "submit">;
  inbox: Pick<Inbox<Update>, "entries">;
  api: Api;
  outbox: Pick<Outbox, "edit">;
}

/**
 * Makes a request of the press.
 *
 * @param label What is shown as the answer.
 * @param text What the agent gets.
 */
export async function takeAnswer(
  press: Press,
  { label, text }: { label: string; text: string },
  needs: AnswerNeeds,
): Promise<PressResult> {
  // Two taps come before the buttons can go; both may come again after a crash.
  if (isAnswered(press, needs)) return { keep: true, toast: texts.answered };
  await showAnswer(press, label, needs);
  const { updateId, address, from, message } = press;
  needs.queue.submit({
    updateIds: [updateId],
    address,
    userId: from.id,
    messageId: message.message_id,
    text,
  });
  return "request";
}

/** Whether a button of the same message was pressed before this one, and that is not done yet. */
function isAnswered({ updateId, message }: Press, { inbox }: Pick<AnswerNeeds, "inbox">): boolean {
  const first = inbox.entries().find(({ update }) => {
    const pressed = update.callback_query?.message;
    return pressed?.message_id === message.message_id && pressed.chat.id === message.chat.id;
  });
  return first !== undefined && first.update.update_id !== updateId;
}

async function showAnswer(
  { message, address }: Pick<Press, "message" | "address">,
  label: string,
  { api, outbox }: Pick<AnswerNeeds, "api" | "outbox">,
): Promise<void> {
  const note = texts.answer(label);
  const has = message.text ?? message.caption;
  const text = has === undefined ? note : `${has}\n\n${note}`;
  const entities = [
    ...message.entities ?? message.caption_entities ?? [],
    { type: "italic" as const, offset: text.length - note.length, length: note.length },
  ];
  if (message.text !== undefined && text.length <= MESSAGE_LIMIT) {
    await outbox.edit(address, message.message_id, { pieces: [{ text, entities }] });
    return;
  }
  const which = { chat_id: message.chat.id, message_id: message.message_id };
  const fits = message.text === undefined && text.length <= CAPTION_LIMIT;
  try {
    if (fits) {
      await api.raw.editMessageCaption({ ...which, caption: text, caption_entities: entities });
    } else await api.raw.editMessageReplyMarkup(which);
  } catch (error) {
    const failure = failureOf(error);
    // Answered again after a restart: it looks like that already.
    if (failure.kind !== "not_modified") log.debug("Buttons stay: {failure}", { failure });
  }
}
