/** All commands, once, in the order of the menu. A new one is a line here. */
import { modelCommand, type ModelCommandNeeds } from "../model/command.ts";
import { showFilesCommand } from "../browse/panel.ts";
import { besideCommands, type Besides } from "../beside/beside.ts";
import { cronCommand } from "../jobs/panel.ts";
import type { Panel } from "../panels/panel.ts";
import { diffCommand, type DiffNeeds } from "../projects/diff.ts";
import { nameCommand, type NameNeeds } from "../sessions/name.ts";
import { projectCommand, type ProjectPanelNeeds } from "../projects/panel.ts";
import { continueCommand, type SessionPanel, sessionsCommand } from "../sessions/panel.ts";
import { diagnoseCommand, type DiagnoseNeeds } from "../status/diagnose.ts";
import { statusCommand, type StatusNeeds } from "../status/status.ts";
import { startCommand, type StartNeeds } from "../welcome/start.ts";
import { type Command, Commands } from "./command.ts";
import { helpCommand } from "./help.ts";
import { infoCommand } from "./info.ts";
import { memoryCommand } from "./memory.ts";
import { newCommand, type NewNeeds } from "./new.ts";
import { restartCommand, type RestartNeeds } from "./restart.ts";
import { interruptCommand, stopCommand, type StopNeeds } from "./stop.ts";

/** What all of them need together; each is typed to take its own part. */
export type CommandNeeds =
  & StartNeeds
  & NewNeeds
  & NameNeeds
  & DiffNeeds
  & StopNeeds
  & StatusNeeds
  & Omit<ModelCommandNeeds, "panel">
  & RestartNeeds
  & ProjectPanelNeeds
  & DiagnoseNeeds
  & { besides: Pick<Besides, "take"> };

/** The panels behind `/model`, `/cron` and `/showfiles`, and the command of the upgrades. */
export interface CommandPanels {
  sessions: SessionPanel;
  model: Panel;
  jobs: Panel;
  files: Panel;
  upgrade: Command;
  logIn: Command;
}

export function allCommands(needs: CommandNeeds, panels: CommandPanels): Commands {
  const commands: Commands = new Commands([
    startCommand(needs),
    newCommand(needs),
    ...besideCommands(needs),
    stopCommand(needs),
    interruptCommand(needs),
    statusCommand(needs),
    projectCommand(needs),
    sessionsCommand(panels.sessions),
    continueCommand(panels.sessions),
    nameCommand(needs),
    diffCommand(needs),
    modelCommand({ ...needs, panel: panels.model }),
    panels.logIn,
    memoryCommand(needs),
    cronCommand(panels.jobs),
    showFilesCommand(panels.files),
    infoCommand(needs),
    panels.upgrade,
    restartCommand(needs),
    diagnoseCommand(needs),
    helpCommand({ speaker: needs.speaker, commands: () => commands.list() }),
  ]);
  return commands;
}
