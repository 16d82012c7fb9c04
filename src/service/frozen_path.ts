/**
 * The search path a service gets. It sees nothing of what a shell's start files do, so everything
 * by which people install Node programs is looked for now and written down.
 *
 * @module
 */
import { processEnv } from "../base/process_env.ts";
import { isFile, isFolder, namesIn } from "../base/on_disk.ts";
import { posix, win32 } from "node:path";
import { PROVIDERS } from "../agents/provider.ts";

/** What the answer depends on; passed in. */
export interface PathSources {
  env: { get(name: string): string | undefined };
  os: typeof Deno.build.os;
  userHome: string | undefined;
  /** Names in a folder; empty when there is none. */
  names(folder: string): Promise<string[]>;
  isFile(path: string): Promise<boolean>;
  isFolder(path: string): Promise<boolean>;
  /** The path without links. */
  real(path: string): Promise<string>;
}

/** Programs that must be found: the CLIs, and what runs their scripts. */
const CLIS = Object.values(PROVIDERS).map(({ program }) => program);
const PROGRAMS = [...CLIS, "node"];

/** Always there at the end; what is missing in a slim system does no harm. */
const SYSTEM = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * Folders in this order: where the CLIs are found just now, the ways of installing them, the
 * system's own. Each once, and only those that exist.
 *
 * @param own folder of this program, so that the agents find `ductor`
 */
export async function frozenPath(own: string, sources: PathSources = here()): Promise<string> {
  const { os, env } = sources;
  const { delimiter } = os === "windows" ? win32 : posix;
  const current = (env.get("PATH") ?? env.get("Path") ?? "").split(delimiter).filter(Boolean);
  // On Windows the whole of it is the user's and lasts.
  const found = os === "windows" ? current : [
    ...await whereProgramsAre(current, sources),
    ...await waysOfInstalling(sources),
  ];
  const folders = [...found, own];
  const there: string[] = [];
  for (const folder of folders) {
    if (!there.includes(folder) && await sources.isFolder(folder)) there.push(folder);
  }
  const system = os === "windows" ? [] : SYSTEM.filter((folder) => !there.includes(folder));
  return [...there, ...system].join(delimiter);
}

/** The folders of the programs as they are found now, for those that will still be there. */
async function whereProgramsAre(current: string[], sources: PathSources): Promise<string[]> {
  const folders: string[] = [];
  for (const program of PROGRAMS) {
    for (const folder of current) {
      if (!folder.startsWith("/") || !await sources.isFile(`${folder}/${program}`)) continue;
      if (SYSTEM.includes(folder)) break;
      // fnm makes a folder of links for each shell, which goes with it.
      folders.push(/fnm_multishells/.test(folder) ? await sources.real(folder) : folder);
      break;
    }
  }
  return folders;
}

async function waysOfInstalling(sources: PathSources): Promise<string[]> {
  const { env, os, userHome } = sources;
  const mac = os === "darwin";
  const brew = mac ? ["/opt/homebrew/bin"] : ["/home/linuxbrew/.linuxbrew/bin"];
  if (userHome === undefined) return brew;
  const at = (...names: string[]) => posix.join(userHome, ...names);
  const share = env.get("XDG_DATA_HOME") || at(".local", "share");
  const nvm = env.get("NVM_DIR") || at(".nvm");
  const asdf = env.get("ASDF_DATA_DIR") || at(".asdf");
  const fnm = [
    env.get("FNM_DIR"),
    posix.join(share, "fnm"),
    at(".fnm"),
    ...mac ? [at("Library", "Application Support", "fnm")] : [],
  ].filter((folder) => folder !== undefined && folder !== "");
  return [
    at(".local", "bin"),
    at("bin"),
    ...Object.values(PROVIDERS).flatMap(({ programFolders }) =>
      programFolders.map((folder) => at(folder))
    ),
    at(".npm-global", "bin"),
    ...await nodeVersions(posix.join(nvm, "versions", "node"), "bin", sources),
    ...(await Promise.all(
      fnm.map((folder) =>
        nodeVersions(posix.join(folder!, "node-versions"), "installation/bin", sources)
      ),
    )).flat(),
    posix.join(env.get("VOLTA_HOME") || at(".volta"), "bin"),
    posix.join(asdf, "shims"),
    ...await nodeVersions(posix.join(asdf, "installs", "nodejs"), "bin", sources),
    posix.join(share, "mise", "shims"),
    env.get("PNPM_HOME") || posix.join(share, "pnpm"),
    at(".bun", "bin"),
    at(".deno", "bin"),
    ...brew,
  ];
}

/**
 * Of the versions of Node in `folder` those that have one of the CLIs, newest first, or the newest.
 * Newest by number: as text, v9 would come after v22.
 */
async function nodeVersions(folder: string, bin: string, sources: PathSources): Promise<string[]> {
  const versions = (await sources.names(folder))
    .filter((name) => /^v?\d+(\.\d+)*$/.test(name))
    .sort((a, b) => compareVersions(b, a))
    .map((name) => posix.join(folder, name, bin));
  const withCli: string[] = [];
  for (const version of versions) {
    const has = await Promise.all(
      CLIS.map((cli) => sources.isFile(`${version}/${cli}`)),
    );
    if (has.includes(true)) withCli.push(version);
  }
  return withCli.length > 0 ? withCli : versions.slice(0, 1);
}

/** Numbers compared part by part. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.replace(/^v/, "").split(".").map(Number));
  for (let i = 0; i < Math.max(left!.length, right!.length); i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function here(): PathSources {
  const os = Deno.build.os;
  return {
    env: processEnv,
    os,
    userHome: processEnv.get(os === "windows" ? "USERPROFILE" : "HOME"),
    names: namesIn,
    isFile,
    isFolder,
    real: (path) => Deno.realPath(path).catch(() => path),
  };
}
