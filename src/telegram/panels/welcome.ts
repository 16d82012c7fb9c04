/** The quick actions under the welcome: a press becomes a turn, as if its prompt had been typed. */
import type { Actions } from "../actions.ts";
import type { CommandContext } from "../commands/command.ts";
import { quickOf } from "../commands/welcome.ts";
import { showAnswer } from "../user_answer.ts";

export function registerWelcome(actions: Actions, context: CommandContext): void {
  actions.on("hello", async (press) => {
    const { argument, address, from, message, updateId } = press;
    const quick = quickOf(argument);
    if (!quick) return;
    await showAnswer(press, quick.label, context);
    context.desk.submit({
      updateIds: [updateId],
      address,
      userId: from.id,
      messageId: message.message_id,
      text: quick.prompt,
    });
    return "request";
  });
}
