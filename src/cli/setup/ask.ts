/** Asking one question so that Esc and Ctrl-C never lose the answers given so far. */
import * as clack from "../prompts.ts";
import type { Agent } from "../../agents/agent.ts";
import type { ProviderName } from "../../agents/provider.ts";
import type { ServiceManager } from "../../service/service.ts";
import type { Answers, SetupFlags } from "./answers.ts";
import type { FoundCli } from "./clis.ts";
import type { CheckedBot } from "./telegram.ts";

export const BACK = "back";
export const LEAVE = "leave";

/** What the questions know, and where they put their answers. */
export interface Ask {
  answers: Answers;
  flags: SetupFlags;
  clis: readonly FoundCli[];
  agents: Record<ProviderName, Agent>;
  /** The container engine that is here: `docker`, else `podman`. */
  engine: string | undefined;
  service: ServiceManager | undefined;
  /** The bot whose token was checked. */
  bot: CheckedBot | undefined;
}

/** A cancelled prompt gives clack's symbol back. */
export type Asked = symbol | "skipped" | void;

/** Puts its answer into the context; gives the symbol of a cancelled prompt back. */
export type Question = (context: Ask) => Promise<Asked>;

/** Asks until there is an answer, or the user wants to go elsewhere. */
export async function ask(
  question: Question,
  context: Ask,
): Promise<typeof BACK | typeof LEAVE | "skipped" | "answered"> {
  while (true) {
    const result = await question(context);
    if (result === "skipped") return "skipped";
    if (!clack.isCancel(result)) return "answered";
    const next = await clack.select({
      message: "Cancelled. Your answers so far are kept.",
      options: [
        { value: "again", label: "Go on with this question" },
        { value: BACK, label: "Go back to the one before" },
        { value: LEAVE, label: "Leave the set-up", hint: "nothing is changed" },
      ],
    });
    if (clack.isCancel(next) || next === LEAVE) return LEAVE;
    if (next === BACK) return BACK;
  }
}
