/** "New…": a project is made, empty or as a copy of what is at an address of git's. */
import { join } from "node:path";
import { exists } from "../../base/on_disk.ts";
import type { Home } from "../../config/home.ts";
import { isProjectName } from "../../config/fields.ts";
import type { ChangeConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Launcher } from "../../process/launcher.ts";
import { projectChange } from "../../projects/change.ts";
import { git, GitError } from "../../projects/git.ts";
import type { Project } from "../../projects/project.ts";
import type { Projects } from "../../projects/projects.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { textOf } from "../../telegram/text.ts";
import { texts } from "./texts.ts";

/** A large repository over a slow line. */
const CLONE_MS = 30 * 60_000;

export interface MakeNeeds {
  home: Home;
  config(): Config;
  changeConfig(change: ChangeConfig): Promise<void>;
  /** Of this machine: where it is made is nothing that the sandbox has. */
  hostLauncher: Launcher;
  projects: Pick<Projects, "find">;
  speaker: Pick<Speaker, "ask">;
  outbox: Pick<Outbox, "open">;
}

/** What somebody has written: a name, and perhaps an address of git's. */
function wishIn(words: string): { name: string; from?: string } | undefined {
  const parts = words.trim().split(/\s+/);
  const from = parts.find(isAddress);
  const given = parts.filter((part) => part !== from).join(" ");
  const name = given || from?.replace(/\/+$/, "").replace(/\.git$/, "").split(/[/:]/).at(-1) || "";
  return isProjectName(name) ? { name, ...from !== undefined && { from } } : undefined;
}

/** Of another machine; nothing that git would run, and no option. */
function isAddress(word: string): boolean {
  return /^(?:https?|ssh|git):\/\/[\w[]|^[\w.-]+@[\w.-]+:(?!:)[\w~/.]/.test(word);
}

/** @returns what was made; `undefined`: nothing, which was said */
export async function makeProject(
  address: Address,
  userId: number,
  needs: MakeNeeds,
): Promise<Project | undefined> {
  const { home, config, changeConfig, hostLauncher, projects, speaker, outbox } = needs;
  const { make: say } = texts;
  const choice = {
    header: say.title,
    question: say.question,
    options: [{ label: say.cancel, description: "", preview: "" }],
    several: false,
  };
  const asked = { title: say.title, detail: "", choices: [choice], userId };
  const answer = await speaker.ask(address, asked, new AbortController().signal);
  const words = answer?.behavior === "answer" ? answer.answers[0] ?? "" : "";
  if (words === "" || words === say.cancel) return undefined;
  const post = outbox.open(address);
  const end = async (text: string) => void await post.finish({ pieces: [textOf([text])] });
  const wish = wishIn(words);
  if (!wish) return void await end(say.badName);
  if (await projects.find(wish.name)) return void await end(say.taken(wish.name));
  const { project_roots: roots } = config();
  const [root = "~/projects"] = Array.isArray(roots) ? roots : [];
  const folder = join(home.userPath(root), wish.name);
  if (await exists(folder)) return void await end(say.there(wish.name, folder));
  const show = (line: string) =>
    post.show(() => ({ pieces: [textOf([say.working(wish.name, line)])] }));
  show("");
  try {
    const args = wish.from === undefined
      ? ["init", "--quiet", "--", folder]
      : ["clone", "--progress", "--", wish.from, folder];
    await git(hostLauncher, home.root, args, { limitMs: CLONE_MS, progress: show });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return void await end(say.failed(wish.name, error.message));
  }
  let made = await projects.find(wish.name);
  if (!made) {
    await changeConfig(projectChange({ name: wish.name, folder }, {}));
    made = await projects.find(wish.name);
  }
  await end(say.made(wish.name, folder));
  return made;
}
