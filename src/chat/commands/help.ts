import { type Command, GROUPS } from "./command.ts";

/** `/help`: the commands by group, and what else one can write. */
export const help: Command = {
  description: "All commands",
  group: "System",
  when: "now",
  async run({ address }, _, { speaker, commands }) {
    const groups = GROUPS.map((group) => {
      const lines = commands.list().filter(([, command]) => command.group === group).map(
        ([name, { description }]) => `/${name} – ${description}`,
      );
      return lines.length === 0 ? "" : `**${group}**\n${lines.join("\n")}`;
    }).filter((text) => text !== "");
    await speaker.say(
      address,
      `${groups.join("\n\n")}\n\n**While it works**\n` +
        "What you write waits for its turn. `stop` ends everything; `!` in front of a message " +
        "ends the running answer and asks that next.\n\n**Another model, once**\n" +
        "`@opus your question`\n\nEverything else goes to the agent as you write it.",
    );
  },
};
