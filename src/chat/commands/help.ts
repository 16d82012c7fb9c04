import type { Speaker } from "../../conversation/speaker.ts";
import { type Command, GROUPS } from "./command.ts";
import { texts } from "./texts.ts";

/**
 * `/help`: the commands by group, and what else one can write.
 *
 * @param needs.commands All there are, this one too; asked when it runs.
 */
export function helpCommand(
  { speaker, commands }: { speaker: Pick<Speaker, "say">; commands(): readonly Command[] },
): Command {
  return {
    name: "help",
    description: texts.help.description,
    group: "System",
    when: "now",
    async run({ address }) {
      const groups = GROUPS.map((group) => {
        const lines = commands().filter((command) => command.group === group)
          .map(({ name, description }) => `/${name} – ${description}`);
        return lines.length === 0 ? "" : `**${group}**\n${lines.join("\n")}`;
      });
      await speaker.say(address, [...groups.filter(Boolean), texts.help.more].join("\n\n"));
    },
  };
}
