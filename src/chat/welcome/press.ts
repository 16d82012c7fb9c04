/** The quick actions under the welcome: a press becomes a turn, as if its prompt had been typed. */
import type { Actions } from "../presses.ts";
import type { CommandContext } from "../commands/command.ts";
import { quickOf } from "./quick.ts";
import { takeAnswer } from "../incoming/user_answer.ts";

export function registerWelcome(actions: Actions, context: CommandContext): void {
  actions.on("hello", (press) => {
    const quick = quickOf(press.argument);
    if (quick) return takeAnswer(press, { label: quick.label, text: quick.prompt }, context);
  });
}
