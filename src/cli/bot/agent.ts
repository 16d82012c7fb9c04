/** For commands that end the bot: when its own agent calls one, it happens after the agent's turn. */
import { startedByAgent } from "../../app/life.ts";
import { findInstance } from "../../app/find_instance.ts";
import { resolveHome } from "../../config/home.ts";
import { leaveWish } from "../../service/agent_wish.ts";
import { ownConversation } from "../tool_context.ts";
import { print } from "../output.ts";

/** Whether the command is left to the bot, because its agent has called it. */
export async function leftToBot(...argv: string[]): Promise<boolean> {
  const home = resolveHome(Deno.env);
  if (!await startedByAgent(home) || !(await findInstance(home)).bot) return false;
  await leaveWish(home, { argv, ...ownConversation() });
  print(
    `\`${
      ["ductor", ...argv].join(" ")
    }\` happens when your turn has ended, and the user is told: ` +
      "finish your answer, and do not wait for it or call it again.",
  );
  return true;
}
