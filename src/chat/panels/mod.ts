/** The buttons of all panels: which verb of `d:VERB:ARGUMENT` is whose. */
import type { Actions } from "../actions.ts";
import type { CommandContext } from "../commands/command.ts";
import { registerFilesPanel } from "./files.ts";
import { registerModelPanel } from "./model.ts";
import { registerPermissionPanel } from "./permissions.ts";
import { registerWelcome } from "./welcome.ts";

export function registerPanels(actions: Actions, context: CommandContext): void {
  registerWelcome(actions, context);
  registerModelPanel(actions, context);
  registerPermissionPanel(actions, context);
  registerFilesPanel(actions, context);
}
