/** Branches of a project in folders of their own: shown, gone to, removed when nothing is lost. */
import type { Home } from "../../config/home.ts";
import type { Address } from "../../conversation/address.ts";
import type { Places } from "../../conversation/places.ts";
import type { Launcher } from "../../process/launcher.ts";
import { GitError } from "../../projects/git.ts";
import { partsOf, type Project } from "../../projects/project.ts";
import type { Projects } from "../../projects/projects.ts";
import {
  addWorktree,
  branchesOf,
  type Left,
  leftIn,
  removeWorktree,
} from "../../projects/worktrees.ts";
import { bold, italic } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import type { View } from "../panels/panel.ts";
import { texts } from "./texts.ts";

export interface BranchNeeds {
  home: Pick<Home, "worktreesDir">;
  launcher: Launcher;
  places: Pick<Places, "of" | "choose" | "workingIn">;
  projects: Pick<Projects, "find" | "worktree">;
}

/** The project itself, of one of its branches too. */
export async function baseOf(
  address: Address,
  { places, projects }: Pick<BranchNeeds, "places" | "projects">,
): Promise<Project | undefined> {
  const { seat } = await places.of(address);
  return seat.project === undefined ? undefined : await projects.find(partsOf(seat.project).base);
}

/** Its branches that have folders; none where there is no git. */
export async function worktreesOf(base: Project, needs: BranchNeeds): Promise<Project[]> {
  const branches = await branchesOf(needs.launcher, needs.home, base).catch(() => []);
  return branches.map((branch) => needs.projects.worktree(base, branch));
}

/**
 * Makes the folder of a branch, if it is one and has none.
 *
 * @returns why it cannot be
 */
export async function makeWorktree(
  project: Project,
  { launcher, projects }: BranchNeeds,
): Promise<string | undefined> {
  const { base, branch } = partsOf(project.name);
  if (branch === undefined) return undefined;
  const whole = await projects.find(base);
  try {
    if (whole) await addWorktree(launcher, whole, branch, project.folder);
    return undefined;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return texts.branches.failed(project.name, error.message);
  }
}

export async function branchesView(
  base: Project,
  needs: BranchNeeds,
  note?: string,
): Promise<View> {
  const { branches: say } = texts;
  const trees = await worktreesOf(base, needs);
  return {
    parts: [
      bold(say.title(base.name)),
      `\n${trees.length === 0 ? say.none : say.how}\n`,
      italic(say.make(base.name)),
      ...note === undefined ? [] : [`\n\n${note}`],
    ],
    buttons: [
      ...trees.slice(0, 30).map(({ name }) => [
        { label: partsOf(name).branch!, action: `project:to.${fingerprintOf(name)}` },
        { label: say.remove, action: `project:rm.${fingerprintOf(name)}` },
      ]),
      [{ label: texts.buttons.all, action: "project:p.0" }],
    ],
  };
}

/** @param sure Whether it goes with what would be lost. */
export async function removed(
  base: Project,
  project: Project,
  sure: boolean,
  needs: BranchNeeds,
): Promise<View> {
  const { launcher, places } = needs;
  const { branches: say } = texts;
  const { branch = "" } = partsOf(project.name);
  try {
    const left = await leftIn(launcher, project.folder, branch);
    if (!sure && (left.changed > 0 || left.unpushed > 0)) return askView(project, branch, left);
    await removeWorktree(launcher, base, project.folder, sure);
    for (const address of await places.workingIn(project.name)) {
      await places.choose(address, base.name);
    }
    return await branchesView(base, needs, say.removed(branch));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return await branchesView(base, needs, say.notRemoved(branch, error.message));
  }
}

function askView({ name }: Project, branch: string, left: Left): View {
  const { branches: say } = texts;
  return {
    parts: [say.sure(branch, left.changed, left.unpushed)],
    buttons: [[
      { label: say.removeAll, action: `project:rmf.${fingerprintOf(name)}` },
      { label: say.keep, action: "project:b" },
    ]],
  };
}
