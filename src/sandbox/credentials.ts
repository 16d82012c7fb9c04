/**
 * Hands the logins of the host's CLIs into the container, one way only. What lies inside may be
 * forged by an agent, and no look at it could tell; so it is never read, and nothing of it reaches
 * the host. The CLIs inside get a token that ends and cannot renew it: the host does, in time.
 */
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { Mutex } from "../base/async/locks.ts";
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
  /** The one that is mounted for a conversation, or for what belongs to none. */
  inside(conversation?: string): string;
  /** Of the CLI. */
  title: string;
  /** What of the user's file gets in. */
  key: (file: Record<string, unknown>) => LoginKey | undefined;
  renewal: HostRenewal;
}

/** Where the CLIs keep their logins, where they keep them in files (Claude on macOS does not). */
export function loginsOf(
  home: Home,
  env: (name: string) => string | undefined = (name) => processEnv.get(name),
): Login[] {
  return PROVIDER_NAMES.flatMap((name): Login[] => {
    const { login, program, title } = PROVIDERS[name];
    const own = configHomeOf(name, home.userHome, env);
    if (login === undefined || own === undefined) return [];
    return [{
      host: join(own, login.file),
      inside: (conversation) => join(sandboxFolders(home, conversation).clis[name], login.file),
      title,
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
  /** By the file inside: what it was when it had been handed in. */
  readonly #given = new Map<string, string>();
  readonly #conversations: () => Iterable<string | undefined>;
  readonly #changed: (login: Login) => void;
  readonly #lock = new Mutex();

  /**
   * @param renew has the host renew its login; may fail
   * @param more `conversations`: into which they are handed; `changed`: told when somebody inside has
   *   changed what was handed in
   */
  constructor(
    logins: readonly Login[],
    renew: (login: Login) => Promise<void>,
    clock: Clock = systemClock,
    more: {
      conversations?: () => Iterable<string | undefined>;
      changed?: (login: Login) => void;
    } = {},
  ) {
    this.#logins = logins;
    this.#renew = renew;
    this.#clock = clock;
    this.#conversations = more.conversations ?? (() => [undefined]);
    this.#changed = more.changed ?? (() => {});
  }

  /**
   * Hands in what the host has now, in the place of whatever lies inside. A host without a login
   * leaves one that was made inside alone. Never throws: a login may fail later.
   */
  sync(): Promise<void> {
    // One after the other: who comes while a login is being renewed gets the new one.
    return this.#lock.run(async () => {
      await Promise.all(this.#logins.map((login) => this.#handIn(login)));
    });
  }

  async #handIn(login: Login): Promise<void> {
    const failed = (error: unknown) =>
      log.warn("Cannot hand the login in {file} into the sandbox: {error}", {
        file: login.host,
        error: messageOf(error),
      });
    const key = await this.#keyOfHost(login).catch(failed);
    if (!key) return;
    for (const conversation of this.#conversations()) {
      await this.#put(key, login, login.inside(conversation)).catch((error) => {
        // Its container is still being made.
        if (!(error instanceof Deno.errors.NotFound)) failed(error);
      });
    }
  }

  async #keyOfHost(login: Login): Promise<LoginKey | undefined> {
    let text = await readTextIfExists(login.host);
    if (text !== undefined && await this.#renewInTime(login, text)) {
      text = await readTextIfExists(login.host);
    }
    return text === undefined ? undefined : keyOf(login, text);
  }

  async #put(key: LoginKey, login: Login, file: string): Promise<void> {
    const given = this.#given.get(file);
    if (given !== undefined && given !== await looksOf(file)) this.#changed(login);
    // Also when nothing has changed that we could see.
    await writeFileAtomic(file, JSON.stringify(key.file), { mode: 0o600, sync: false });
    this.#given.set(file, await looksOf(file));
  }

  /** @returns whether the host was asked to renew it */
  async #renewInTime(login: Login, text: string): Promise<boolean> {
    const endsAt = keyOf(login, text)?.endsAt;
    const now = this.#clock.now();
    if (endsAt === undefined || endsAt - now > RENEW_BEFORE_MS) return false;
    const tried = this.#tried.get(login.host);
    if (tried?.text === text && this.#clock.elapsed() - tried.at < AGAIN_MS) return false;
    this.#tried.set(login.host, { text, at: this.#clock.elapsed() });
    await this.#renew(login).catch((error) =>
      log.warn("Cannot renew the login in {file}: {error}", {
        file: login.host,
        error: messageOf(error),
      })
    );
    return true;
  }
}

/** Tells one state of a file from another, without a look into it. */
async function looksOf(file: string): Promise<string> {
  try {
    const { isFile, ino, size, mtime, ctime } = await Deno.lstat(file);
    return JSON.stringify([isFile, ino, size, mtime, ctime]);
  } catch {
    return "";
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
