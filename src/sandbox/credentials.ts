/**
 * Hands the logins of the host's CLIs into the container, one way only. What lies inside may be
 * forged by an agent, and no look at it could tell; so it is never read, and nothing of it reaches
 * the host. The CLIs inside get a token that ends and cannot renew it: the host does, in time.
 */
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { processEnv } from "../base/process_env.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { LoginKey } from "../agents/facts.ts";
import { configHomeOf, PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { sandboxFolders } from "./plan.ts";
import type { HostRenewal } from "./renewal.ts";

const log = getLogger(["ductor", "sandbox"]);

/** Claude Code renews in the last five minutes, not before. */
const RENEW_BEFORE_MS = 4 * 60_000;
/** How long to wait before the same login is tried again. */
const AGAIN_MS = 60_000;

export interface Login {
  /** The user's own file. */
  host: string;
  /** The one that is mounted. */
  inside: string;
  /** What of the user's file gets in. */
  key: (file: Record<string, unknown>) => LoginKey | undefined;
  renewal: HostRenewal;
}

/** Where the CLIs keep their logins, where they keep them in files (Claude on macOS does not). */
export function loginsOf(
  home: Home,
  env: (name: string) => string | undefined = (name) => processEnv.get(name),
): Login[] {
  const folders = sandboxFolders(home);
  return PROVIDER_NAMES.flatMap((name): Login[] => {
    const { login, program } = PROVIDERS[name];
    const own = configHomeOf(name, home.userHome, env);
    if (login === undefined || own === undefined) return [];
    return [{
      host: join(own, login.file),
      inside: join(folders.clis[name], login.file),
      key: login.key,
      renewal: { ...login.renewal, command: program },
    }];
  });
}

export class Logins {
  readonly #logins: readonly Login[];
  readonly #renew: (login: Login) => Promise<void>;
  readonly #clock: Clock;
  /** By the host's file: what was to be renewed last, and when. */
  readonly #tried = new Map<string, { text: string; at: number }>();
  #running: Promise<void> | undefined;

  /** @param renew has the host renew its login; may fail */
  constructor(
    logins: readonly Login[],
    renew: (login: Login) => Promise<void>,
    clock: Clock = systemClock,
  ) {
    this.#logins = logins;
    this.#renew = renew;
    this.#clock = clock;
  }

  /**
   * Hands in what the host has now, in the place of whatever lies inside. A host without a login
   * leaves one that was made inside alone. Never throws: a login may fail later.
   */
  sync(): Promise<void> {
    return this.#running ??= this.#syncAll().finally(() => this.#running = undefined);
  }

  async #syncAll(): Promise<void> {
    await Promise.all(
      this.#logins.map((login) =>
        this.#handIn(login).catch((error) =>
          log.warn("Cannot hand the login in {file} into the sandbox: {error}", {
            file: login.host,
            error: messageOf(error),
          })
        )
      ),
    );
  }

  async #handIn(login: Login): Promise<void> {
    let text = await readTextIfExists(login.host);
    if (text !== undefined && await this.#renewInTime(login, text)) {
      text = await readTextIfExists(login.host);
    }
    const key = text === undefined ? undefined : keyOf(login, text);
    if (key === undefined) return;
    // Also when nothing has changed: an agent may have.
    await writeFileAtomic(login.inside, JSON.stringify(key.file), { mode: 0o600, sync: false });
  }

  /** @returns whether the host was asked to renew it */
  async #renewInTime(login: Login, text: string): Promise<boolean> {
    const endsAt = keyOf(login, text)?.endsAt;
    const now = this.#clock.now();
    if (endsAt === undefined || endsAt - now > RENEW_BEFORE_MS) return false;
    const tried = this.#tried.get(login.host);
    if (tried?.text === text && now - tried.at < AGAIN_MS) return false;
    this.#tried.set(login.host, { text, at: now });
    await this.#renew(login).catch((error) =>
      log.warn("Cannot renew the login in {file}: {error}", {
        file: login.host,
        error: messageOf(error),
      })
    );
    return true;
  }
}

function keyOf(login: Login, text: string): LoginKey | undefined {
  try {
    const file = JSON.parse(text);
    return typeof file === "object" && file !== null ? login.key(file) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
