/** The memory: one Markdown file that the agent keeps and that every session starts with. */
import { cut } from "../base/text.ts";
import { getLogger } from "@logtape/logtape";
import type { Home } from "../config/home.ts";
import { readWorkspaceText } from "../config/paths.ts";

const log = getLogger(["ductor", "workspace"]);

/**
 * From this length on the agent is asked to tidy up, in characters. About 3,000 tokens, which are
 * paid again in each conversation.
 */
export const MEMORY_TIDY_CHARS = 12_000;

/** More than this is not given to a session; the agent can read the rest in the file. */
export const MEMORY_MAX_CHARS = 48_000;

/** What stands in MAINMEMORY.md now; empty when it is missing or cannot be read. */
export async function readMemory(home: Home): Promise<string> {
  try {
    return await readWorkspaceText(home, home.mainMemoryFile) ?? "";
  } catch (error) {
    // An answer without memory is better than none.
    log.warn("Cannot read the memory {path}: {error}", { path: home.mainMemoryFile, error });
    return "";
  }
}

/**
 * The memory as an agent is told it, or `undefined` when there is nothing in it.
 *
 * @param at What stands before a path in the workspace, for an agent that works elsewhere.
 */
export function memoryInstructions(text: string, at = ""): string | undefined {
  const memory = text.trim();
  if (memory === "") return undefined;
  const head =
    `This is your memory of the user, the content of ${at}memory_system/MAINMEMORY.md. ` +
    "It was written in earlier conversations; what the user says now counts more.";
  return [head, sizeNote(memory.length), shown(memory)].filter((part) => part).join("\n\n");
}

/** What the agent is asked to do about a memory that has grown; empty while it is short. */
function sizeNote(length: number): string {
  if (length < MEMORY_TIDY_CHARS) return "";
  const cut = length > MEMORY_MAX_CHARS
    ? ` Only the first ${MEMORY_MAX_CHARS} characters follow; read the file for the rest.`
    : "";
  return `It has grown to ${length} characters, which is too long: tidy it up when you next write ` +
    `to it, silently, to less than ${MEMORY_TIDY_CHARS / 2}. Merge lines that say the same, drop ` +
    `what no longer matters or is no longer true.${cut}`;
}

function shown(memory: string): string {
  if (memory.length <= MEMORY_MAX_CHARS) return memory;
  const end = memory.lastIndexOf("\n", MEMORY_MAX_CHARS);
  return cut(memory, end > 0 ? end : MEMORY_MAX_CHARS).toWellFormed();
}
