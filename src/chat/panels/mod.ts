/** The buttons of all panels: which verb of `d:VERB:ARGUMENT` is whose. */
import type { Actions } from "../presses.ts";
import type { CommandContext } from "../commands/command.ts";
import { registerFilesPanel } from "../browse/panel.ts";
import { registerModelPanel } from "../model/panel.ts";
import { registerPermissionPanel } from "../permissions/panel.ts";
import { registerWelcome } from "../welcome/press.ts";

export function registerPanels(actions: Actions, context: CommandContext): void {
  registerWelcome(actions, context);
  registerModelPanel(actions, context);
  registerPermissionPanel(actions, context);
  registerFilesPanel(actions, context);
}
