/** The panel behind "Permissions" in `/status`: what agents may do without asking. */
import { PERMISSION_MODES, type PermissionMode } from "../../agents/agent.ts";
import type { Config } from "../../config/schema.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import { bold, italic, type Part } from "../../telegram/text.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";
import { PERMISSION_TEXTS, texts } from "./texts.ts";

export interface PermissionPanelNeeds extends PanelContext {
  config(): Pick<Config, "permission_mode">;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config>): Promise<void>;
  conversations: Pick<Conversations, "at">;
}

/** Buttons: `perm:new`, `perm:MODE`. */
export function permissionPanel(needs: PermissionPanelNeeds): Panel {
  const { config, changeConfig, conversations } = needs;
  const now = () => config().permission_mode;
  const panel: Panel = {
    verb: "perm",
    open: (address) => openPanel(needs, address, view(now())),
    async press(press) {
      const { argument, address } = press;
      if (argument === "new") {
        await panel.open(address);
        return "keep";
      }
      const mode = PERMISSION_MODES.find((mode) => mode === argument);
      if (!mode) return await turnPanel(needs, press, view(now()));
      if (mode !== now()) await changeConfig({ permission_mode: mode });
      const running = conversations.at(address)?.running ?? false;
      return await turnPanel(needs, press, view(now(), running ? "running" : "now"));
    },
  };
  return panel;
}

function view(current: PermissionMode, changed?: "now" | "running"): View {
  const parts: Part[] = [bold(texts.title), `\n${texts.intro}`];
  for (const mode of PERMISSION_MODES) {
    const { name, meaning } = PERMISSION_TEXTS[mode];
    parts.push(`\n\n${mode === current ? "✅ " : ""}`, bold(name), `\n${meaning}`);
  }
  if (changed) {
    const now = texts.now(PERMISSION_TEXTS[current].name);
    parts.push("\n\n", italic(`${now} ${texts.from[changed]}`));
  }
  const button = (mode: PermissionMode) => ({
    label: `${mode === current ? "✅ " : ""}${PERMISSION_TEXTS[mode].name}`,
    action: `perm:${mode}`,
  });
  const modes = PERMISSION_MODES.map(button);
  return { parts, buttons: [modes.slice(0, 2), modes.slice(2)] };
}
