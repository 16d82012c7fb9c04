/** The panel behind "Permissions" in `/status` and `/model`: what agents may do without asking. */
import { PERMISSION_MODES, type PermissionMode } from "../../agents/agent.ts";
import type { Actions } from "../presses.ts";
import type { CommandContext } from "../commands/command.ts";
import { bold, italic, type Part } from "../../telegram/text.ts";
import { openPanel, turnPanel, type View } from "../panels/panel.ts";
import { PERMISSION_TEXTS } from "./texts.ts";

export function registerPermissionPanel(actions: Actions, context: CommandContext): void {
  actions.on("perm", async (press) => {
    const { argument, address } = press;
    if (argument === "new") {
      await openPanel(context, address, view(context));
      return "keep";
    }
    const mode = PERMISSION_MODES.find((mode) => mode === argument);
    if (!mode) return await turnPanel(context, press, view(context));
    if (mode !== context.config().permission_mode) {
      await context.changeConfig({ permission_mode: mode });
    }
    const running = context.conversations.at(address)?.running ?? false;
    return await turnPanel(context, press, view(context, running ? "running" : "now"));
  });
}

function view({ config }: CommandContext, changed?: "now" | "running"): View {
  const current = config().permission_mode;
  const parts: Part[] = [bold("Permissions"), "\nWhat the agent may do without asking you:"];
  for (const mode of PERMISSION_MODES) {
    const { name, meaning } = PERMISSION_TEXTS[mode];
    parts.push(`\n\n${mode === current ? "✅ " : ""}`, bold(name), `\n${meaning}`);
  }
  if (changed) {
    const when = changed === "running"
      ? "The running answer goes on as it began; it holds from the next message on."
      : "It holds from your next message on.";
    parts.push("\n\n", italic(`Now: ${PERMISSION_TEXTS[current].name}. ${when}`));
  }
  const button = (mode: PermissionMode) => ({
    label: `${mode === current ? "✅ " : ""}${PERMISSION_TEXTS[mode].name}`,
    action: `perm:${mode}`,
  });
  const modes = PERMISSION_MODES.map(button);
  return { parts, buttons: [modes.slice(0, 2), modes.slice(2)] };
}
