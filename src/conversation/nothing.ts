/** How an agent says that there is nothing to say, where silence was asked for. */

/** Its whole answer then. */
const NOTHING = "NOTHING_TO_REPORT";

/** What it is told about that. */
export const SILENCE_RULE =
  `If there is nothing the user needs to hear, answer with exactly ${NOTHING} and nothing else. ` +
  "If something went wrong, say so.";

/** Whether the agent says that there is nothing to say. */
export function saysNothing(text: string): boolean {
  const said = text.trim().replaceAll(/^[`*_]+|[`*_.]+$/g, "");
  return said === "" || said === NOTHING;
}
