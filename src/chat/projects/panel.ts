/**
 * `/project`: where the conversation works, and where else it could. A project is found by its name
 * only; what an agent writes never gets here.
 */
import { join } from "node:path";
import { editDistance } from "../../base/edit_distance.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import { exists, isFolder } from "../../base/on_disk.ts";
import type { Address } from "../../conversation/address.ts";
import { partsOf, type Project } from "../../projects/project.ts";
import type { KnownProject, Projects } from "../../projects/projects.ts";
import { type Part, textOf } from "../../telegram/text.ts";
import type { Command } from "../commands/command.ts";
import { panelOf } from "../presses.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";
import {
  baseOf,
  branchesView,
  type BranchNeeds,
  makeWorktree,
  removed,
  worktreesOf,
} from "./branches.ts";
import { type MakeNeeds, makeProject } from "./make.ts";
import { hasTopics, makeTopic, type TopicNeeds } from "./topic.ts";
import { type MoveNeeds, type MovePlace, moveTo, shownFolder, takePlace } from "./move.ts";
import { texts } from "./texts.ts";
import { foundView, listView } from "./views.ts";

export type ProjectPanelNeeds = PanelContext & MoveNeeds & BranchNeeds & MakeNeeds & TopicNeeds & {
  projects: Projects;
};

/** Also `/project NAME`: works there, or shows what is meant. */
export function projectCommand(needs: ProjectPanelNeeds): Command {
  return {
    name: "project",
    description: texts.description,
    group: "Session",
    when: "now",
    async run(call) {
      const asked = call.args.trim();
      if (asked === "") {
        return void await openPanel(needs, call.address, await list(call.address, 0, needs));
      }
      const place = takePlace(call.address, call.updateIds, needs);
      const view = await search(place, asked, needs).finally(() => place.fill());
      await openPanel(needs, call.address, view);
      return view.later ? "later" : undefined;
    },
  };
}

/** What is to be shown, and whether what it tells of waits. */
type ProjectView = View & { later?: boolean };

/**
 * Buttons: `project:new`, `project:p.PAGE`, `project:to.PROJECT`, `project:w`, `project:make`,
 * `project:topic.PROJECT`, `project:b`, `project:rm.PROJECT`, `project:rmf.PROJECT`.
 */
export function projectPanel(needs: ProjectPanelNeeds): Panel {
  const order = new KeyedQueue();
  const panel: Panel = {
    verb: "project",
    open: async (address) => await openPanel(needs, address, await list(address, 0, needs)),
    async press(press) {
      const { address, argument } = press;
      if (argument === "new") {
        await panel.open(address);
        return "keep";
      }
      if (argument === "make") {
        // Not in the order: the answer may take its time.
        const made = await makeProject(address, press.from.id, needs);
        // It would be asked for again.
        const place = made && takePlace(address, [], needs);
        if (place) {
          const view = await move(place, made, needs).finally(() => place.fill());
          await openPanel(needs, address, view);
        }
        return "keep";
      }
      const place = /^(?:w$|to\.)/.test(argument)
        ? takePlace(address, [press.updateId], needs)
        : { address, busy: false, fill() {} };
      return await order.run(panelOf(press), async () => {
        const view = await pressed(place, argument, needs);
        await turnPanel(needs, press, view);
        return view.later ? "request" : "keep";
      }).finally(() => place.fill());
    },
  };
  return panel;
}

async function pressed(
  place: MovePlace,
  argument: string,
  needs: ProjectPanelNeeds,
): Promise<ProjectView> {
  const { address } = place;
  const [what = "", more = ""] = argument.split(".");
  if (what === "w") return await move(place, undefined, needs);
  if (what === "p") return await list(address, Number(more) || 0, needs);
  const base = await baseOf(address, needs);
  if (what === "b" && base) return await branchesView(base, needs);
  const trees = base ? await worktreesOf(base, needs) : [];
  const project = [...trees, ...await needs.projects.list()]
    .find(({ name }) => fingerprintOf(name) === more);
  if (!project) return await list(address, 0, needs, texts.listChanged);
  if (what === "topic") {
    const note = await makeTopic(address, project, needs);
    return await list(address, 0, needs, note);
  }
  if (base && trees.includes(project) && (what === "rm" || what === "rmf")) {
    return await removed(base, project, what === "rmf", needs);
  }
  return await move(place, project, needs);
}

async function list(
  address: Address,
  page: number,
  needs: ProjectPanelNeeds,
  note?: string,
): Promise<View> {
  const { places, projects, clock, home } = needs;
  const place = await places.of(address);
  const { project, gone } = place;
  const topics = project && !gone && await hasTopics(address, needs);
  const more = [
    ...topics
      ? [[{
        label: texts.buttons.topic,
        action: `project:topic.${fingerprintOf(project.name)}`,
      }]]
      : [],
    [
      ...project && !gone && await exists(join(project.folder, ".git"))
        ? [{ label: texts.buttons.branches, action: "project:b" }]
        : [],
      { label: texts.buttons.make, action: "project:make" },
    ],
  ];
  const listed = {
    place,
    all: await projects.list(),
    now: clock.now(),
    shown: (folder: string) => shownFolder(folder, home),
  };
  return listView(listed, page, { note, more });
}

async function search(
  place: MovePlace,
  asked: string,
  needs: ProjectPanelNeeds,
): Promise<ProjectView> {
  const exact = await needs.projects.find(asked);
  if (exact) return await move(place, exact, needs);
  if (isWorkspace(asked)) return await move(place, undefined, needs);
  const all = await needs.projects.list();
  const found = matching(partsOf(asked).base, all);
  return foundView(asked, found, needs.clock.now());
}

function isWorkspace(asked: string): boolean {
  return ["workspace", "none", "off"].includes(asked.toLowerCase());
}

/** Those whose name has it; where none does, those that are nearly called so. */
export function matching(asked: string, all: readonly KnownProject[]): KnownProject[] {
  const wanted = asked.toLowerCase();
  const has = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (has.length > 0) return has;
  const most = Math.min(3, Math.floor(wanted.length / 2));
  return all.filter(({ name }) => editDistance(name.toLowerCase(), wanted) <= most);
}

async function move(
  place: MovePlace,
  project: Project | undefined,
  needs: ProjectPanelNeeds,
): Promise<ProjectView> {
  const { address } = place;
  const { places, home, outbox } = needs;
  const problem = project && await makeWorktree(project, needs);
  if (problem !== undefined) return await list(address, 0, needs, problem);
  if (project && !await isFolder(project.folder)) {
    const note = texts.notThere(project.name, shownFolder(project.folder, home));
    return await list(address, 0, needs, note);
  }
  const { seat } = await places.of(address);
  if (seat.project === project?.name) return await list(address, 0, needs, texts.already);
  const late = async (parts: Part[]) =>
    void await outbox.send(address, { pieces: [textOf(parts)] });
  const { parts, later } = await moveTo(place, project, needs, late);
  return { parts, later, buttons: [[{ label: texts.buttons.all, action: "project:p.0" }]] };
}
