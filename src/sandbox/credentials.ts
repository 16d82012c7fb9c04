/**
 * The logins of the CLIs, in step on both sides. Only the file with the login gets in, and in a copy:
 * with the whole folder an agent could write hooks there that the user's own `claude` would run.
 * A CLI that refreshes its login makes the former one invalid, so changes go both ways.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Home } from "../config/home.ts";
import { writeFileAtomic } from "../store/atomic_file.ts";
import { sandboxFolders } from "./plan.ts";

const log = getLogger(["ductor", "sandbox"]);
const MAX_BYTES = 256 * 1024;

export interface Login {
  /** The user's own file. */
  host: string;
  /** The one that is mounted. */
  inside: string;
  /** Key without which it is no login of this CLI. */
  keys: readonly string[];
}

/** Where the CLIs keep their logins, where they keep them in files (Claude on macOS does not). */
export function loginsOf(
  home: Home,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Login[] {
  const folders = sandboxFolders(home);
  const own = (variable: string, folder: string) =>
    env(variable) || (home.userHome === undefined ? undefined : join(home.userHome, folder));
  const claude = own("CLAUDE_CONFIG_DIR", ".claude");
  const codex = own("CODEX_HOME", ".codex");
  return [
    ...claude === undefined ? [] : [{
      host: join(claude, ".credentials.json"),
      inside: join(folders.claude, ".credentials.json"),
      keys: ["claudeAiOauth"],
    }],
    ...codex === undefined ? [] : [{
      host: join(codex, "auth.json"),
      inside: join(folders.codex, "auth.json"),
      keys: ["tokens", "OPENAI_API_KEY"],
    }],
  ];
}

/** Keeps the logins of a home in step; knows from the last time which side has changed. */
export class Logins {
  readonly #logins: readonly Login[];
  /** By the file inside: hash of what both sides had. */
  readonly #same = new Map<string, string>();

  constructor(logins: readonly Login[]) {
    this.#logins = logins;
  }

  /** Brings the newer login of each CLI to the other side. Never throws: a login may fail later. */
  async sync(): Promise<void> {
    for (const login of this.#logins) {
      await this.#sync(login).catch((error) =>
        log.warn("The login in {file} could not be brought over: {error}", {
          file: login.host,
          error: error instanceof Error ? error.message : String(error),
        })
      );
    }
  }

  async #sync(login: Login): Promise<void> {
    const [host, inside] = await Promise.all([read(login.host, true), read(login.inside, false)]);
    if (host?.hash === inside?.hash || !host) return this.#remember(login, host?.hash);
    const same = this.#same.get(login.inside);
    const insideIsNewer = inside !== undefined && inside.hash !== same &&
      (same === host.hash || inside.changed > host.changed);
    if (insideIsNewer && isLogin(inside.text, login.keys) && sameAccount(inside.text, host.text)) {
      await writeFileAtomic(login.host, inside.text, { mode: 0o600 });
      return this.#remember(login, inside.hash);
    }
    await writeFileAtomic(login.inside, host.text, { mode: 0o600 });
    this.#remember(login, host.hash);
  }

  #remember(login: Login, hash: string | undefined): void {
    if (hash !== undefined) this.#same.set(login.inside, hash);
  }
}

interface Read {
  text: string;
  hash: string;
  changed: number;
}

async function read(path: string, followLinks: boolean): Promise<Read | undefined> {
  const info = await (followLinks ? Deno.stat(path) : Deno.lstat(path)).catch(() => undefined);
  // A link inside could lead anywhere on the host.
  if (!info?.isFile || info.size > MAX_BYTES) return undefined;
  const text = await Deno.readTextFile(path);
  const hash = createHash("sha256").update(text).digest("hex");
  return { text, hash, changed: info.mtime?.getTime() ?? 0 };
}

function isLogin(text: string, keys: readonly string[]): boolean {
  const value = parse(text);
  return value !== undefined && keys.some((key) => value[key] !== undefined && value[key] !== null);
}

/** Whether both are logins of one account, as far as the files say whose they are. */
function sameAccount(one: string, other: string): boolean {
  const [a, b] = [accountOf(one), accountOf(other)];
  return a === undefined || b === undefined || a === b;
}

function accountOf(text: string): string | undefined {
  const tokens = parse(text)?.tokens as { account_id?: unknown } | undefined;
  return typeof tokens?.account_id === "string" ? tokens.account_id : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
