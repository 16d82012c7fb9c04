import { agoOf } from "../../base/text.ts";
import { readMemory } from "../../workspace/memory.ts";
import { undoMemory } from "../../workspace/memory_history.ts";
import type { Command } from "./command.ts";

/** `/memory`: what the agent keeps about the user, whole; `/memory undo`: takes a change back. */
export const memory: Command = {
  description: "What the agent remembers of you",
  group: "Agent",
  when: "now",
  async run({ address }, args, { home, speaker }) {
    if (args.toLowerCase() === "undo") {
      const undone = await undoMemory(home);
      const text = undone
        ? `**Memory**\n\nThe last change is taken back; this version is from ` +
          `${agoOf(Date.now() - undone.time.getTime())}. /memory shows it, \`/memory undo\` goes ` +
          "one further back."
        : "**Memory**\n\nThere is no earlier version to go back to.";
      return await speaker.say(address, text);
    }
    const text = await readMemory(home);
    await speaker.say(
      address,
      isEmpty(text)
        ? "**Memory**\n\nThere is nothing in it yet. Tell the agent about yourself, or ask it to " +
          "remember something."
        : `**Memory**\n\n${text.trim()}`,
    );
  },
};

/** Headings alone are what a new home folder has. */
function isEmpty(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
}
