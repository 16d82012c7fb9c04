/** A button with words that the user says by pressing it: shown in its message, and said once. */
import { getLogger } from "@logtape/logtape";
import type { Request } from "../../conversation/request.ts";
import type { ActionResult, Press } from "../presses.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import { MESSAGE_LIMIT } from "../../telegram/content.ts";
import type { Outbox } from "../../telegram/outbox.ts";

const log = getLogger(["ductor", "telegram"]);

/** UTF-16 units of the text under a picture. */
const CAPTION_LIMIT = 1024;

/**
 * Makes a request of the press.
 *
 * @param label What is shown as the answer.
 * @param text What the agent gets.
 */
export async function takeAnswer(
  press: Press,
  { label, text }: { label: string; text: string },
  { desk, ...context }: {
    desk: { submit(request: Request): void; isAnswered(press: Press): boolean };
    api: Api;
    outbox: Pick<Outbox, "edit">;
  },
): Promise<ActionResult> {
  // Two taps come before the buttons can go; both may come again after a crash.
  if (desk.isAnswered(press)) return { keep: true, toast: "Already answered." };
  await showAnswer(press, label, context);
  const { updateId, address, from, message } = press;
  desk.submit({
    updateIds: [updateId],
    address,
    userId: from.id,
    messageId: message.message_id,
    text,
  });
  return "request";
}

async function showAnswer(
  { message, address }: Pick<Press, "message" | "address">,
  label: string,
  { api, outbox }: { api: Api; outbox: Pick<Outbox, "edit"> },
): Promise<void> {
  const note = `[USER ANSWER] ${label}`;
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
