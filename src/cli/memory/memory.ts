/** What the commands of `ductor memory` do. */
import { showTime } from "../../base/wall_time.ts";
import { MEMORY_TIDY_CHARS, readMemory } from "../../workspace/memory.ts";
import { memoryHistory, snapshotMemory, undoMemory } from "../../workspace/memory_history.ts";
import { answer, CommandError } from "../reply.ts";
import { toolContext } from "../tool_context.ts";

interface Json {
  json?: boolean;
}

export function show(options: Json): Promise<number> {
  return answer(options, async () => {
    const { home } = await toolContext();
    const text = await readMemory(home);
    return {
      json: {
        path: home.mainMemoryFile,
        characters: text.length,
        tidy_up_from: MEMORY_TIDY_CHARS,
        text,
      },
      text: text.trim() || `The memory is empty. It is kept in ${home.mainMemoryFile}`,
    };
  });
}

export function history(options: Json): Promise<number> {
  return answer(options, async () => {
    const { home, zone } = await toolContext();
    // What was written since the last turn belongs to it.
    await snapshotMemory(home);
    const versions = await memoryHistory(home);
    return {
      json: {
        versions: versions.map(({ time, path }) => ({ time: time.toISOString(), path })),
        count: versions.length,
      },
      text: versions.length === 0
        ? "No version has been kept yet."
        : versions.map(({ time, path }, index) =>
          `${showTime(time.getTime(), zone)}  ${path}${index === 0 ? "  ← now" : ""}`
        ).join("\n"),
    };
  });
}

export function undo(options: Json): Promise<number> {
  return answer(options, async () => {
    const { home, zone } = await toolContext();
    const undone = await undoMemory(home);
    if (!undone) throw new CommandError("There is no earlier version of the memory");
    const { time, now, before } = undone;
    return {
      json: { undone: true, version_of: time.toISOString(), characters: now.length, before },
      text: `The memory is back to how it was on ${
        showTime(time.getTime(), zone)
      }:\n\n${now.trim()}`,
    };
  });
}
