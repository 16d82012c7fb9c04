/**
 * Which files may leave the computer. One rule for every way out: answers, panels, `ductor send`.
 * It keeps an agent that was talked into something, or that made a mistake, from sending keys; an
 * agent that copies a key into another file first is not stopped by it.
 */
import { unhideName } from "../base/hidden.ts";
import { cut, oneLine, sizeOf } from "../base/text.ts";
import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { configHomeOf, PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "./home.ts";
import { isInside, realPath } from "./paths.ts";

/** Values of `file_access` in the config. */
export type FileAccess = "all" | "home" | "workspace";

/** Which files may be looked into. */
export interface ReadingRules {
  access: FileAccess;
  home: Home;
  /** The project that is worked in; what is relative is so to it, and it may be read as the workspace. */
  project?: string | undefined;
  /** Where a container sees the home folder (such as `/ductor`); absent: there is no container. */
  containerRoot?: string | undefined;
}

export interface OutgoingRules extends ReadingRules {
  /** Bytes Telegram takes in one file. */
  largest: number;
}

export type Refusal =
  | "missing"
  | "no_file"
  | "outside"
  | "private"
  | "empty"
  | "too_large"
  | "unreadable";

export type Outgoing =
  /** `path` is absolute and holds no link; `size` in bytes. */
  | { ok: true; path: string; name: string; size: number }
  | { ok: false; name: string; refusal: Refusal; largest?: number };

/** Looks whether the file at `path`, as an agent or user writes it, may be sent. Never throws. */
export async function checkOutgoing(path: string, rules: OutgoingRules): Promise<Outgoing> {
  const found = await checkReadable(path, rules);
  if (!found.ok) return found;
  const { size } = found;
  if (size === 0) return { ok: false, name: asWritten(path), refusal: "empty" };
  const { largest } = rules;
  if (size > largest) return { ok: false, name: asWritten(path), refusal: "too_large", largest };
  return found;
}

/** The same for a file that is only looked into, of any size. */
export async function checkReadable(path: string, rules: ReadingRules): Promise<Outgoing> {
  const name = asWritten(path);
  const refuse = (refusal: Refusal): Outgoing => ({ ok: false, name, refusal });
  try {
    const real = await Deno.realPath(locate(path, rules));
    const roots = await rootsOf(rules);
    if (roots && !roots.some((root) => isInside(real, root))) return refuse("outside");
    const info = await Deno.stat(real);
    if (await isPrivate(real, rules.home) || await isLinkToPrivate(info, rules.home)) {
      return refuse("private");
    }
    const { isFile, size } = info;
    if (!isFile) return refuse("no_file");
    (await Deno.open(real)).close();
    return { ok: true, path: real, name: basename(real), size };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return refuse(missing ? "missing" : "unreadable");
  }
}

function asWritten(path: string): string {
  return basename(path.replaceAll("\\", "/")) || path;
}

/** One line for the chat, Markdown. */
export function refusalText(
  { name, refusal, largest = 0 }: { name: string; refusal: Refusal; largest?: number | undefined },
): string {
  const file = `\`${cut(unhideName(oneLine(name.replaceAll("`", " "))), 100)}\``;
  switch (refusal) {
    case "missing":
      return `⚠️ I cannot find the file ${file}.`;
    case "no_file":
      return `⚠️ ${file} is a folder or device, not a file that can be sent.`;
    case "outside":
      return `⚠️ ${file} is outside of the folders I may send from. ` +
        "`file_access` in the config says which these are.";
    case "private":
      return `⚠️ ${file} may hold keys or settings of this computer, so I do not send it.`;
    case "empty":
      return `⚠️ ${file} is empty; Telegram takes no empty files.`;
    case "too_large":
      return `⚠️ ${file} is larger than the ${sizeOf(largest)} Telegram takes from a bot.`;
    case "unreadable":
      return `⚠️ I cannot read the file ${file}.`;
  }
}

/** `~` is the user's home directory; what is relative is so to where the agent works. */
function locate(path: string, { home, project, containerRoot }: ReadingRules): string {
  if (containerRoot !== undefined && (path + "/").startsWith(containerRoot + "/")) {
    return resolve(home.root, "." + path.slice(containerRoot.length));
  }
  if (home.userHome !== undefined && /^~(?:$|[\\/])/.test(path)) {
    return resolve(home.userHome, "." + path.slice(1));
  }
  return isAbsolute(path) ? resolve(path) : resolve(project ?? home.workspaceDir, path);
}

async function rootsOf({ access, home, project }: ReadingRules): Promise<string[] | undefined> {
  if (access === "all") return undefined;
  // Without a known home directory the next smaller thing.
  const root = access === "workspace" ? home.workspaceDir : home.userHome ?? home.root;
  return await Promise.all([root, ...project === undefined ? [] : [project]].map(realPath));
}

/** Files in the home folder that hold the token, sessions and secrets, with their copies. */
const OWN_FILES = ["sessions.json", "project_sessions.json", "webhooks.json"];

/** Folders, wherever they are, in which programs keep their keys. */
const PRIVATE_FOLDERS = new Set([
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".kube",
  ".docker",
  ".password-store",
  ".oci",
  ".mozilla",
  ".thunderbird",
  ".terraform.d",
  "gcloud",
  "keyrings",
  "keychains",
  "kwalletd",
  ...PROVIDER_NAMES.map((name) => PROVIDERS[name].configHome)
    .filter(({ elsewhere }) => elsewhere === "private").map(({ folder }) => folder),
]);

/** The same by the end of their path, where the name alone says nothing. */
const PRIVATE_PLACES = [
  /\/\.config\/(?:gh|glab-cli|hub|rclone|op|doctl|heroku|sops|containers|bitwarden[^/]*)(?:\/|$)/,
  // Browsers: logins, cookies, what was visited
  /\/\.config\/(?:google-chrome|chromium|bravesoftware|microsoft-edge|vivaldi|opera)[^/]*\//,
  /\/(?:google\/chrome|chromium|bravesoftware|microsoft\/edge|vivaldi|opera software)[^/]*\/.*user data\//,
  /\/application support\/(?:google\/chrome|chromium|bravesoftware|microsoft edge|vivaldi|firefox|com\.operasoftware)/,
  /\/(?:mozilla\/firefox|library\/(?:safari|cookies)|snap\/(?:firefox|chromium))\//,
  /\/\.var\/app\/[^/]*(?:firefox|chrom|brave|vivaldi|thunderbird)[^/]*\//,
  /\/appdata\/roaming\/(?:github cli|rclone|thunderbird|microsoft\/(?:credentials|protect|vault))(?:\/|$)/,
  /\/(?:\.cargo\/credentials(?:\.toml)?|\.gem\/credentials|\.m2\/settings(?:-security)?\.xml)$/,
  /^\/etc\/(?:ssl\/private|wireguard|openvpn|sudoers)/,
];

const PRIVATE_NAMES = [
  /^\.env(?!\.(?:example|sample|template)$)(?:$|\.|rc$)/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)/,
  /\.(?:pem|p12|pfx|ppk|jks|kdbx|keystore)$/,
  /^\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|credentials\.json|claude\.json)/,
  /^\.(?:boto|s3cfg|my\.cnf|mylogin\.cnf|vault-token|htpasswd|dockercfg|rclone\.conf)$/,
  /^(?:_netrc|rclone\.conf|pgpass\.conf|wallet\.dat|credentials\.tfrc\.json)$/,
  /^application_default_credentials\.json$/,
  // What was typed into shells and databases, with the passwords in it
  /^\.\w+_history$|^(?:\.zhistory|\.histfile|fish_history|consolehost_history\.txt)$/,
  /^(?:cookies\.sqlite|logins\.json|key[34]\.db|login data|signons\.sqlite)/,
  /^(?:authorized_keys|known_hosts|shadow-?|gshadow-?)$/,
];

async function isPrivate(real: string, home: Home): Promise<boolean> {
  // Lower case throughout: on some file systems it makes no difference, elsewhere it does no harm.
  const path = real.toLowerCase();
  const inside = async (folder: string) =>
    isInside(path, (await realPath(folder).catch(() => folder)).toLowerCase());
  for (const folder of [home.configDir, home.stateDir, home.logsDir]) {
    if (await inside(folder)) return true;
  }
  const root = await realPath(home.root).catch(() => home.root);
  for (const file of OWN_FILES) {
    if (path.startsWith((root + sep + file).toLowerCase())) return true;
  }
  for (const name of PROVIDER_NAMES) {
    const folder = configHomeOf(name, home.userHome);
    if (folder !== undefined && await inside(folder)) return true;
  }
  const names = path.split(sep);
  if (names.some((name) => PRIVATE_FOLDERS.has(name))) return true;
  if (["proc", "sys", "dev"].includes(names[1] ?? "") && names[0] === "") return true;
  const slashed = path.replaceAll(sep, "/");
  return PRIVATE_PLACES.some((pattern) => pattern.test(slashed)) ||
    PRIVATE_NAMES.some((pattern) => pattern.test(names.at(-1)!));
}

/**
 * Whether a file is a private one under another name: a hard link to it. Looked for where this
 * user's keys are; only a file with several names is worth that.
 */
async function isLinkToPrivate({ nlink, dev, ino }: Deno.FileInfo, home: Home): Promise<boolean> {
  if (!ino || (nlink ?? 1) < 2) return false;
  const user = home.userHome;
  const folders = [
    home.root,
    home.configDir,
    home.stateDir,
    home.logsDir,
    ...PROVIDER_NAMES.flatMap((name) => configHomeOf(name, user) ?? []),
    ...user === undefined ? [] : [
      user,
      ...[".ssh", ".aws", ".gnupg", ".kube", ".docker", ".cargo", ".azure"],
      ...["gh", "rclone", "gcloud", "containers"].map((name) => join(".config", name)),
    ].map((folder) => resolve(user, folder)),
  ];
  for (const folder of new Set(folders)) {
    const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    for (const { name, isFile } of entries) {
      if (!isFile) continue;
      const path = join(folder, name);
      const info = await Deno.lstat(path).catch(() => undefined);
      if (info?.ino === ino && info.dev === dev && await isPrivate(path, home)) return true;
    }
  }
  return false;
}
