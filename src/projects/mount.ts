/**
 * How the sandbox gets a project: its folder and those of its branches at the same paths, and nothing
 * it could lead out by.
 */
import { dirname, isAbsolute, join, parse, relative } from "node:path";
import type { Home } from "../config/home.ts";
import { realPathOf } from "../base/on_disk.ts";
import { isInside } from "../config/paths.ts";
import { INSIDE_HOME, type Mount } from "../sandbox/paths.ts";
import { SandboxError } from "../sandbox/sandbox_error.ts";
import type { Projects } from "./projects.ts";

/** Folders inside that a project must not cover. */
const OF_THE_SYSTEM = ["bin", "boot", "dev", "ductor", "etc", "lib", "lib64", "proc", "run", "sbin"]
  .concat(["sys", "usr", "var"]);

/**
 * What is mounted for the project with this folder, or for one of its branches; first the project's
 * own. Undefined: there is none.
 *
 * @throws {SandboxError} what it leads to must not get in
 */
export async function mountsFor(
  cwd: string,
  home: Home,
  projects: Pick<Projects, "list">,
): Promise<Mount[] | undefined> {
  const all = await projects.list();
  const [base] = isInside(cwd, home.worktreesDir)
    ? relative(home.worktreesDir, cwd).split("/")
    : [];
  const project = all.find((one) => base ? one.name === base : one.folder === cwd);
  if (!project) return undefined;
  const { folder } = project;
  const refuse = (why: string) =>
    new SandboxError(
      `The project ${project.name} cannot get into it: ${why}.`,
      "Put it elsewhere.",
    );
  if (home.os === "windows") throw refuse("on Windows its path has no place in a container");
  const real = await Deno.realPath(folder);
  const ours = await Deno.realPath(home.root);
  for (const path of [folder, real]) {
    if (isInside(ours, path) || isInside(path, ours) || isInside(home.userHome ?? ours, path)) {
      throw refuse(`${path} holds more than a project, or is ductor's own`);
    }
    const [, first = ""] = path.split("/");
    const allowed = first === "var" && path.split("/").length > 3;
    if (path === "/" || OF_THE_SYSTEM.includes(first) && !allowed) {
      throw refuse(`${path} is a folder of the system`);
    }
  }
  // Agents can write in other projects: a link there could lead anywhere.
  const writable = await Promise.all(
    [...all.map((one) => one.folder), home.workspaceDir]
      .map(realPathOf),
  );
  for await (const { link, at } of linksIn(folder)) {
    if (writable.some((path) => isInside(at, path))) {
      throw refuse(`${link} is a link in a folder in which agents work`);
    }
  }
  const trees = join(home.worktreesDir, project.name);
  await Deno.mkdir(trees, { recursive: true, mode: 0o700 });
  if (base) {
    const way = join(await Deno.realPath(trees), relative(trees, cwd));
    if (await Deno.realPath(cwd) !== way) throw refuse(`${cwd} leads elsewhere`);
  }
  return [
    { host: real, inside: folder },
    { host: trees, inside: trees },
    // Where the home is spoken of, it is called so.
    { host: trees, inside: INSIDE_HOME + trees.slice(home.root.length) },
  ];
}

/** The links on the way to a folder, and the real folders they are in. */
async function* linksIn(folder: string): AsyncGenerator<{ link: string; at: string }> {
  if (!isAbsolute(folder)) return;
  const { root } = parse(folder);
  let path = root;
  for (const name of folder.slice(root.length).split("/").filter((part) => part !== "")) {
    path = join(path, name);
    if ((await Deno.lstat(path)).isSymlink) {
      yield { link: path, at: await Deno.realPath(dirname(path)) };
    }
  }
}
