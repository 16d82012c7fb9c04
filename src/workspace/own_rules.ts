/** The user's own rules: `workspace/OWN_RULES.md`, which no update touches. */
import { getLogger } from "@logtape/logtape";
import { cut } from "../base/text.ts";
import type { Home } from "../config/home.ts";
import { readWorkspaceText } from "../config/paths.ts";

const log = getLogger(["ductor", "workspace"]);

/** More than this is not given to a session; the agent can read the rest in the file. */
const MAX_CHARS = 16_000;

/** The rules as an agent is told them when a session begins; `undefined`: there are none. */
export async function ownRules(home: Home): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readWorkspaceText(home, home.ownRulesFile) ?? "").trim();
  } catch (error) {
    log.warn("Cannot read {path}: {error}", { path: home.ownRulesFile, error });
    return undefined;
  }
  if (text === "") return undefined;
  const more = text.length > MAX_CHARS ? "\n\n(The file goes on; read it.)" : "";
  return "These are the user's own rules, the content of OWN_RULES.md. They count more than other " +
    `rules here.\n\n${cut(text, MAX_CHARS)}${more}`;
}
