/** Puts together what a person sees: from the updates that come in to commands, panels and the queue. */
import type { Update } from "grammy/types";
import type { JobRegistry } from "../jobs/registry.ts";
import type { RunStore } from "../jobs/run_records.ts";
import type { Scheduler } from "../jobs/scheduler.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { PatternCounter } from "../base/patterns.ts";
import { spawn } from "../base/async/spawn.ts";
import type { Clock } from "../base/clock.ts";
import type { Address } from "../conversation/address.ts";
import type { Inbox } from "../conversation/inbox.ts";
import type { Places } from "../conversation/places.ts";
import type { Sessions } from "../conversation/sessions.ts";
import type { Speaker } from "../conversation/speaker.ts";
import type { Launcher } from "../process/launcher.ts";
import type { Projects } from "../projects/projects.ts";
import type { Outbox } from "../telegram/outbox.ts";
import type { OutgoingFiles } from "../telegram/upload/outgoing_files.ts";
import type { Besides } from "./beside/beside.ts";
import type { LogIns } from "./login/login.ts";
import type { Request } from "../conversation/request.ts";
import type { Approvals } from "./approvals/approvals.ts";
import { Boundary } from "./boundary.ts";
import { browsePanel } from "./browse/panel.ts";
import { allCommands, type CommandNeeds } from "./commands/all.ts";
import { admitted } from "./guard.ts";
import { hookAction } from "./hooks/interrupted.ts";
import { Bursts } from "./incoming/bursts.ts";
import type { Me } from "./incoming/incoming.ts";
import type { MediaIntake } from "./incoming/intake.ts";
import { requestOf } from "./incoming/request_of.ts";
import { takeAnswer } from "./incoming/user_answer.ts";
import { jobsPanel } from "./jobs/panel.ts";
import { noteTopics } from "./incoming/topics.ts";
import { Menu } from "./menu.ts";
import { modelPanel, type ModelPanelNeeds } from "./model/panel.ts";
import { projectPanel } from "./projects/panel.ts";
import { sessionPanel } from "./sessions/panel.ts";
import { permissionPanel } from "./permissions/panel.ts";
import { Presses } from "./presses.ts";
import { decisionActions } from "./queue/decisions.ts";
import { takeUpLeft } from "./queue/left_over.ts";
import { ParkedRequests } from "./queue/parked.ts";
import type { RequestQueue } from "./queue/request_queue.ts";
import { Router } from "./router.ts";
import type { UpgradePanel } from "./upgrade/panel.ts";
import { quickAction } from "./welcome/quick.ts";
import { whoMayAction, type WhoMayNeeds } from "./who_may/who_may.ts";

/** What the floors below are asked for. Only this function takes all of it. */
export type ChatParts = Omit<CommandNeeds, "me"> & ModelPanelNeeds & WhoMayNeeds & {
  clock: Clock;
  /** Aborts when the program ends. */
  signal: AbortSignal;
  /** Who the bot is. Rejects only when the program ends. */
  me(): Promise<Omit<Me, "answersAll"> & { topics?: boolean }>;
  speaker: Pick<Speaker, "ask" | "say">;
  launcher: Launcher;
  hostLauncher: Launcher;
  /** IANA zone of the user. */
  timeZone(): string;
  inbox: Inbox<Update>;
  outbox: Outbox;
  sessions: Sessions;
  moveGroup(from: number, to: number): Promise<void>;
  places: Places;
  projects: Projects;
  files: OutgoingFiles;
  media: MediaIntake;
  approvals: Approvals;
  patterns: PatternCounter;
  queue: RequestQueue;
  besides: Besides;
  logIns: LogIns;
  upgrade: UpgradePanel;
  automation: { scheduler: Scheduler; registry: JobRegistry; runs: RunStore };
  hooks: Pick<Webhooks, "decide">;
  /** Whether agents see nothing of what is in the user's terminals. */
  sandboxed: boolean;
};

export interface Chat {
  /** Puts the updates of those who may talk to the bot on disk; then they go where they belong. */
  accept(updates: readonly Update[]): Promise<void>;
  /** Goes on with what a former run left; to be called before anything new is accepted. */
  resume(): Promise<void>;
  /** Offers a session of a terminal, to go on with. */
  handed(address: Address, provider: string, session: string): Promise<void>;
  /** Sets the command menus; asks Telegram, and is not waited for. */
  showMenus(): void;
}

export function chatOf(parts: ChatParts): Chat {
  const { api, clock, signal, config, inbox, outbox, approvals, queue, besides, logIns, upgrade } =
    parts;
  const me = async (): Promise<Me> => ({
    ...await parts.me(),
    answersAll: config().group_mode === "all",
  });
  const boundary = new Boundary(parts);
  const submit = (request: Request) => besides.take(request) || queue.submit(request);
  const parked = new ParkedRequests({
    inbox,
    clock,
    signal,
    submit,
    request: async (updates) => requestOf(updates, { ...await me(), answersAll: true }),
  });
  const model = modelPanel(parts);
  const jobs = jobsPanel({ ...parts.automation, outbox, timeZone: parts.timeZone });
  const files = browsePanel(parts);
  const projects = projectPanel(parts);
  const sessions = sessionPanel(parts);
  const commands = allCommands(parts, {
    sessions,
    model,
    jobs,
    files,
    logIn: logIns.command,
    upgrade: upgrade.command,
  });
  const presses = new Presses({
    api,
    clock,
    boundary,
    label: (press) => takeAnswer(press, { label: press.argument, text: press.argument }, parts),
    actions: [
      ...queue.actions,
      besides.action,
      logIns.action,
      ...approvals.actions,
      ...decisionActions({ ...parts, parked }),
      quickAction(parts),
      model,
      projects,
      sessions,
      permissionPanel(parts),
      jobs,
      hookAction(parts),
      whoMayAction(parts),
      files,
      ...upgrade.actions,
    ],
  });
  const router = new Router({ ...parts, me, boundary, commands, presses });
  const bursts = new Bursts({
    clock,
    signal,
    handle: (updates) => spawn("Handling an update", router.handle(updates)),
  });
  const users = () => config().allowed_user_ids;
  const menu = new Menu({ api, commands, users, signal });
  return {
    async accept(updates) {
      const allowed = await admitted(
        updates,
        config(),
        api,
        async () => (await parts.sessions.all()).map(({ address }) => address.chatId),
      );
      await noteTopics(allowed, parts.places.topics);
      bursts.push(await inbox.accept(allowed.filter((update) => !logIns.take(update))));
      for (const update of allowed) spawn("Setting the menu", menu.met(update));
    },
    async resume() {
      await takeUpLeft({ ...parts, bursts, me, submit });
      await parked.resume();
    },
    handed: (address, provider, session) => sessions.handed(address, provider, session),
    showMenus: () => spawn("Setting the menus", menu.start()),
  };
}
