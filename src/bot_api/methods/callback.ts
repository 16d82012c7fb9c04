import { badRequest } from "../errors.ts";
import type { Method } from "./context.ts";

/** `answerCallbackQuery` */
export const answerCallbackQuery: Method = ({ world, params }) => {
  const text = params.text("text");
  const url = params.text("url");
  if (text.length > 200) throw badRequest("MESSAGE_TOO_LONG");
  const answer = world.callbacks.answer(params.text("callback_query_id"), {
    ...(text !== "" && { text }),
    show_alert: params.flag("show_alert"),
    ...(url !== "" && { url }),
  });
  if (answer) world.emit({ type: "callback_answer", ...answer });
  return true;
};
