/** The panel behind "Permissions" in `/status`: what agents may do without asking. */
import { PERMISSION_MODES, type PermissionMode } from "../../agents/agent.ts";
import type { ChangeConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Places } from "../../conversation/places.ts";
import { permissionModeIn } from "../../conversation/run_spec.ts";
import { projectChange } from "../../projects/change.ts";
import { partsOf, type Project } from "../../projects/project.ts";
import type { Projects } from "../../projects/projects.ts";
import { bold, italic, type Part } from "../../telegram/text.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";
import { PERMISSION_TEXTS, texts } from "./texts.ts";

export interface PermissionPanelNeeds extends PanelContext {
  config(): Pick<Config, "permission_mode">;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config> | ChangeConfig): Promise<void>;
  places: Pick<Places, "of">;
  projects: Pick<Projects, "find">;
  conversations: Pick<Conversations, "at">;
}

/** Buttons: `perm:new`, `perm:MODE`. */
export function permissionPanel(needs: PermissionPanelNeeds): Panel {
  const { config, changeConfig, conversations } = needs;
  const panel: Panel = {
    verb: "perm",
    async open(address) {
      const project = await projectAt(address, needs);
      await openPanel(needs, address, view(project, permissionModeIn(project, config())));
    },
    async press(press) {
      const { argument, address } = press;
      if (argument === "new") {
        await panel.open(address);
        return "keep";
      }
      const project = await projectAt(address, needs);
      const now = permissionModeIn(project, config());
      const mode = PERMISSION_MODES.find((mode) => mode === argument);
      if (!mode) return await turnPanel(needs, press, view(project, now));
      const change = { permission_mode: mode };
      if (mode !== now) await changeConfig(project ? projectChange(project, change) : change);
      const running = conversations.at(address)?.running ?? false;
      return await turnPanel(needs, press, view(project, mode, running ? "running" : "now"));
    },
  };
  return panel;
}

/** The project that is meant, of its branches too. */
async function projectAt(
  address: Address,
  { places, projects }: PermissionPanelNeeds,
): Promise<Project | undefined> {
  const { project } = await places.of(address);
  return project && await projects.find(partsOf(project.name).base);
}

function view(
  project: Project | undefined,
  current: PermissionMode,
  changed?: "now" | "running",
): View {
  const parts: Part[] = [bold(texts.title), `\n${texts.intro(project?.name)}`];
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
