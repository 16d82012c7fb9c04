/** The memory: one Markdown file that the agent keeps and that every session starts with. */
import { getLogger } from "@logtape/logtape";
import type { Home } from "../config/home.ts";
import { readTextIfExists } from "../store/atomic_file.ts";

const log = getLogger(["ductor", "workspace"]);

/** What stands in MAINMEMORY.md now; empty when it is missing or cannot be read. */
export async function readMemory(home: Home): Promise<string> {
  try {
    return await readTextIfExists(home.mainMemoryFile) ?? "";
  } catch (error) {
    // An answer without memory is better than none.
    log.warn("Cannot read the memory {path}: {error}", { path: home.mainMemoryFile, error });
    return "";
  }
}

/** The memory as an agent is told it, or `undefined` when there is nothing in it. */
export function memoryInstructions(text: string): string | undefined {
  const memory = text.trim();
  if (memory === "") return undefined;
  return "This is your memory of the user, the content of memory_system/MAINMEMORY.md. " +
    "It was written in earlier conversations; what the user says now counts more.\n\n" + memory;
}
