import type { Home } from "../../config/home.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { agoOf } from "../../base/text.ts";
import { readMemory } from "../../workspace/memory.ts";
import { undoMemory } from "../../workspace/memory_history.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

/** `/memory`: what the agent keeps about the user, whole; `/memory undo`: takes a change back. */
export function memoryCommand(
  { home, speaker }: { home: Home; speaker: Pick<Speaker, "say"> },
): Command {
  const { description, title, empty, undone, first } = texts.memory;
  async function text(args: string): Promise<string> {
    if (args.toLowerCase() === "undo") {
      const version = await undoMemory(home);
      return version ? undone(agoOf(Date.now() - version.time.getTime())) : first;
    }
    const memory = await readMemory(home);
    return isEmpty(memory) ? empty : memory.trim();
  }
  return {
    name: "memory",
    description,
    group: "Agent",
    when: "now",
    async run({ address, args }) {
      await speaker.say(address, `**${title}**\n\n${await text(args)}`);
    },
  };
}

/** Headings alone are what a new home folder has. */
function isEmpty(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
}
