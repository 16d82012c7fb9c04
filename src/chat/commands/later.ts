/** Commands whose parts register themselves with `Commands.register` when they are there. */
import type { Command } from "./command.ts";

export const cron: Command = {
  description: "Scheduled jobs",
  group: "Automation",
  when: "now",
  async run({ address }, _, { speaker }) {
    await speaker.say(address, "Scheduled jobs are not part of this version yet.");
  },
};

export const upgrade: Command = {
  description: "Look for a newer version",
  group: "System",
  when: "now",
  async run({ address }, _, { speaker }) {
    await speaker.say(address, "Upgrading from the chat is not part of this version yet.");
  },
};
