import { openFiles } from "./panel.ts";
import type { Command } from "../commands/command.ts";

/** `/showfiles`: the home folder, to look around in and to fetch files from. */
export const showfiles: Command = {
  description: "Browse and fetch files",
  group: "System",
  when: "now",
  async run({ address }, args, context) {
    await openFiles(address, args, context);
  },
};
