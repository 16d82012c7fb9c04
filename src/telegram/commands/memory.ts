import { readMemory } from "../../workspace/memory.ts";
import type { Command } from "./command.ts";

/** `/memory`: what the agent keeps about the user, whole. */
export const memory: Command = {
  description: "What the agent remembers of you",
  group: "Agent",
  when: "now",
  async run({ address }, _, { home, speaker }) {
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
