/** What makes the container, and what gets in: the whole of its walls in one place. */
import { isAbsolute, join } from "node:path";
import { eachProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import { exists } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { isForSandbox, isPath } from "../config/known_variables.ts";
import { isInside } from "../config/paths.ts";
import { INSIDE_HOME, INSIDE_WORKSPACE, type Mount, type PathMap } from "./paths.ts";
import { containerName, type DockerConfig, LABELS, shortHash } from "./settings.ts";

/** Counts changes here that a running container must not outlive. */
const REVISION = 1;

/** Below the sandbox's folder, what each conversation has. */
export const CONVERSATIONS = "chats";
/** In the place of a conversation: what belongs to none, such as jobs. */
export const NO_CONVERSATION = "none";

export const INSIDE_USER_HOME = "/home/agent";

/**
 * Of our own environment, beside what the CLIs need to reach and name their service: how they are
 * to behave. Nothing else gets in; no token that renews a login.
 */
const OUR_VARIABLES =
  /^(CLAUDE_CODE_(?!OAUTH_REFRESH_TOKEN$)[A-Z_]+|DISABLE_[A-Z_]+|MCP_TIMEOUT|MAX_THINKING_TOKENS|BASH_[A-Z_]*TIMEOUT_MS|LANG|LC_[A-Z]+|TZ|TERM)$/;

/** Where the files are that variables name, such as certificates; read-only. */
const INSIDE_FILES = "/etc/ductor";

/** Of what a caller adds: all but this, which says where things are on the host. */
const HOST_VARIABLES =
  /^(PATH|PWD|OLDPWD|SHELL|USER|LOGNAME|USERPROFILE|APPDATA|LOCALAPPDATA|TEMP|TMP|TMPDIR|DENO_.*|NODE_.*|XDG_.*|DOCKER_.*|CONTAINER_.*|SSH_.*|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT)$/i;

/** The engine, as far as the walls depend on it. */
export interface Engine {
  podman: boolean;
  /** The engine itself has no root: its user 0 is the user who runs it. */
  rootless: boolean;
  /** Containers run in the same system as we do, not in a virtual machine (Docker Desktop). */
  native: boolean;
  /** It lets containers see only what is labelled for them. */
  selinux?: boolean;
}

/** The user of the host, where it has such ids. */
export interface HostUser {
  uid: number;
  gid: number;
}

/**
 * Folders of the host that are for the sandbox only.
 *
 * @param conversation Whose; absent: those in which users put what is for all, and which no
 *   container has.
 */
export function sandboxFolders(home: Home, conversation?: string) {
  const root = conversation === undefined
    ? home.sandboxDir
    : join(home.sandboxDir, CONVERSATIONS, conversation);
  return {
    root,
    /** Home of the user inside. */
    user: join(root, "home"),
    /** What each CLI keeps. */
    clis: eachProvider((name) => join(root, name)),
    passwd: join(home.sandboxDir, "passwd"),
    group: join(home.sandboxDir, "group"),
  };
}

/**
 * Folders the agents may not replace by a link: ductor on the host reads and writes in them. A
 * folder on which something is mounted cannot be renamed or removed, so each is mounted on its own.
 */
function pinnedFolders(home: Home): string[] {
  const within = home.dirs.filter((dir) => isInside(dir, home.workspaceDir));
  return [...within.filter((dir) => dir !== home.workspaceDir), home.memoryHistoryDir];
}

/** What is mounted, writable: the workspace and what the CLIs keep. Nothing else of the home. */
export function mountsOf(home: Home, conversation?: string): Mount[] {
  const folders = sandboxFolders(home, conversation);
  const workspace = (path: string) =>
    INSIDE_WORKSPACE + path.slice(home.workspaceDir.length).replaceAll("\\", "/");
  return [
    { host: home.workspaceDir, inside: INSIDE_WORKSPACE },
    ...pinnedFolders(home).map((path) => ({ host: path, inside: workspace(path) })),
    { host: folders.user, inside: INSIDE_USER_HOME },
    ...PROVIDER_NAMES.map((name) => ({ host: folders.clis[name], inside: insideHomeOf(name) })),
  ];
}

/** Where a CLI inside keeps its settings and its login. */
function insideHomeOf(name: ProviderName): string {
  return `${INSIDE_USER_HOME}/${PROVIDERS[name].configHome.folder}`;
}

/** Who the processes inside are; undefined: the user of the image. */
export function insideUser(engine: Engine, user: HostUser | undefined): HostUser | undefined {
  // In a virtual machine, files of a mounted folder belong to whoever looks.
  if (!engine.native || user === undefined) return undefined;
  // Without root, user 0 inside is the user outside; any other could not write the workspace.
  return engine.rootless && !engine.podman ? { uid: 0, gid: 0 } : user;
}

/** Files of the host that variables name for the CLIs, as far as they are there. */
export async function filesNamed(env: Readonly<Record<string, string>>): Promise<Mount[]> {
  const mounts = await Promise.all(
    Object.entries(env).filter(([name]) => isPath(name) && isForSandbox(name, env)).sort().map(
      async ([name, path]) =>
        isAbsolute(path) && await exists(path)
          ? [{ host: path, inside: `${INSIDE_FILES}/${name}` }]
          : [],
    ),
  );
  return mounts.flat();
}

export interface Plan {
  name: string;
  /** Of everything below; stands in a label of the container. */
  hash: string;
  /** Arguments of `docker`. */
  args: string[];
  /** What is mounted as the home of the user inside. */
  userHome: string;
}

export function planContainer(options: {
  home: Home;
  docker: DockerConfig;
  /** Id of the image. */
  image: string;
  engine: Engine;
  user: HostUser | undefined;
  /** What is mounted read-only; see {@link filesNamed}. */
  files?: readonly Mount[];
  /** What is mounted of the user's project that the agents in it work in; first its own folder. */
  project?: readonly Mount[] | undefined;
  /** Whose agents are in it; see {@link sandboxFolders}. */
  conversation: string;
}): Plan {
  const { home, docker, image, engine, files = [], project, conversation } = options;
  const name = containerOf(home, docker, conversation, project);
  const user = insideUser(engine, options.user);
  const folders = sandboxFolders(home);
  // Our own folders only: a certificate of the system keeps its label.
  const label = engine.selinux ? ",z" : "";
  const owner = user ? `,uid=${user.uid},gid=${user.gid}` : "";
  const walls = [
    "--init",
    "--hostname",
    "ductor-sandbox",
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    "--memory",
    docker.memory,
    // The same: no swap on top.
    "--memory-swap",
    docker.memory,
    "--cpus",
    String(docker.cpus),
    "--pids-limit",
    String(docker.pids),
    "--network",
    docker.network,
    "--tmpfs",
    "/tmp:rw,exec,nosuid,nodev,size=1g,mode=1777",
    "--tmpfs",
    // Where `ductor` is put; Docker's own /run belongs to root.
    `/run/ductor:rw,exec,nosuid,nodev,size=4m,mode=${user ? "0700" : "1777"}${owner}`,
    ...userArgs(engine, user),
    ...[...mountsOf(home, conversation), ...project ?? []].flatMap((
      { host, inside },
    ) => ["-v", `${host}:${inside}:rw${label}`]),
    ...files.flatMap(({ host, inside }) => ["-v", `${host}:${inside}:ro`]),
    // Some programs fail for a user without a name.
    ...user
      ? [
        ...["-v", `${folders.passwd}:/etc/passwd:ro${label}`],
        ...["-v", `${folders.group}:/etc/group:ro${label}`],
      ]
      : [],
    ...Object.entries(INSIDE_ENV).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
    "-w",
    INSIDE_WORKSPACE,
  ];
  const hash = shortHash(JSON.stringify([REVISION, image, walls]));
  const labels = [`${LABELS.home}=${home.root}`, `${LABELS.made}=${hash}`];
  return {
    name,
    hash,
    userHome: sandboxFolders(home, conversation).user,
    args: [
      "run",
      "-d",
      "--name",
      name,
      ...labels.flatMap((label) => ["--label", label]),
      ...walls,
      image,
      "sleep",
      "infinity",
    ],
  };
}

/** The name of the container. */
export function containerOf(
  home: Home,
  docker: DockerConfig,
  conversation: string,
  project?: readonly Mount[],
): string {
  const whose = conversation === NO_CONVERSATION ? undefined : conversation;
  return containerName(home, docker, project?.[0]?.inside, whose);
}

/** @param user see {@link insideUser} */
export function userArgs(engine: Engine, user: HostUser | undefined): string[] {
  return [
    ...user ? ["--user", `${user.uid}:${user.gid}`] : [],
    ...user && engine.podman && engine.rootless ? ["--userns", "keep-id"] : [],
  ];
}

/** Environment of everything inside. */
const INSIDE_ENV: Readonly<Record<string, string>> = {
  HOME: INSIDE_USER_HOME,
  DUCTOR_HOME: INSIDE_HOME,
  DUCTOR_SANDBOX: "1",
  ...Object.fromEntries(
    PROVIDER_NAMES.map((name) => [PROVIDERS[name].configHome.variable, insideHomeOf(name)]),
  ),
  // Claude Code lets a user 0 work unasked only where it is told that there are walls. There are.
  IS_SANDBOX: "1",
};

/** Contents of `/etc/passwd` and `/etc/group` inside. */
export function userFiles(user: HostUser): { passwd: string; group: string } {
  const others = user.uid === 0 ? "" : "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n";
  const name = user.uid === 0 ? "root" : "agent";
  const groupName = user.gid === 0 ? "root" : "agent";
  return {
    passwd: `${others}${name}:x:${user.uid}:${user.gid}:agent:${INSIDE_USER_HOME}:/bin/bash\n`,
    group: `${user.gid === 0 ? "" : "root:x:0:\n"}${groupName}:x:${user.gid}:\n`,
  };
}

/**
 * Environment of a process inside; what {@link INSIDE_ENV} has stays as it is.
 *
 * @param files what is mounted of {@link filesNamed}; a variable whose file is not stays outside
 */
export function environmentInside(
  ours: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
  paths: PathMap,
  files: readonly Mount[] = [],
): Record<string, string> {
  const own = Object.entries(ours).filter(([name]) =>
    !HOST_VARIABLES.test(name) &&
    (OUR_VARIABLES.test(name) || isForSandbox(name, ours) && !isPath(name))
  );
  const named = files.filter(({ host, inside }) => ours[nameOf(inside)] === host)
    .map(({ inside }) => [nameOf(inside), inside]);
  const more = Object.entries(added).filter(([name]) => !HOST_VARIABLES.test(name));
  return Object.fromEntries([
    ...named,
    ...[...own, ...more].filter(([name]) => !Object.hasOwn(INSIDE_ENV, name))
      .map(([name, value]) => [name, paths.textInside(value)]),
  ]);
}

function nameOf(inside: string): string {
  return inside.slice(INSIDE_FILES.length + 1);
}
