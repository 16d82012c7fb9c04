/** How the sandbox gets a project: its folder at the same path, and nothing it could lead out by. */
import { dirname, isAbsolute, join, parse } from "node:path";
import type { Home } from "../config/home.ts";
import { isInside } from "../config/paths.ts";
import type { Mount } from "../sandbox/paths.ts";
import { SandboxError } from "../sandbox/sandbox_error.ts";
import type { Projects } from "./projects.ts";

/** Folders inside that a project must not cover. */
const OF_THE_SYSTEM = ["bin", "boot", "dev", "ductor", "etc", "lib", "lib64", "proc", "run", "sbin"]
  .concat(["sys", "usr", "var"]);

/**
 * The project with this folder, as it is mounted; undefined: there is none.
 *
 * @throws {SandboxError} what it leads to must not get in
 */
export async function mountOf(
  folder: string,
  home: Home,
  projects: Pick<Projects, "list">,
): Promise<Mount | undefined> {
  const all = await projects.list();
  const project = all.find((one) => one.folder === folder);
  if (!project) return undefined;
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
      .map((path) => Deno.realPath(path).catch(() => path)),
  );
  for await (const { link, at } of linksIn(folder)) {
    if (writable.some((path) => isInside(at, path))) {
      throw refuse(`${link} is a link in a folder in which agents work`);
    }
  }
  return { host: real, inside: folder };
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
