/**
 * The environment of this process, and so of all it starts: the one it was started with, and over it
 * what `.env` in the home folder sets. The file wins, because who wrote it meant ductor. It is read
 * anew before each child is started; proxies and certificates count for ductor's own connections
 * from its next start.
 */
import { getLogger } from "@logtape/logtape";
import { isAbsolute } from "node:path";
import { type ProcessEnv, processEnv } from "../base/process_env.ts";
import type { KnownSecrets } from "../base/known_secrets.ts";
import { parseEnvFile } from "./env_file.ts";
import type { Home } from "./home.ts";
import { isSecret } from "./known_variables.ts";

const log = getLogger(["ductor", "environment"]);

export interface EnvironmentOptions {
  /** Told of every value that must not be shown. */
  secrets?: Pick<KnownSecrets, "add">;
  /** Stands in for the real one in tests. */
  env?: ProcessEnv;
}

/** Names of variables that hold one, whosever they are. */
const SECRET = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PAT)(?:_|$)/i;

export class Environment implements Disposable {
  readonly #file: string;
  readonly #options: EnvironmentOptions;
  readonly #env: ProcessEnv;
  /** What the process was started with, of the variables that the file sets or has set. */
  readonly #own = new Map<string, string | undefined>();
  #applied: Record<string, string> = {};
  #problem = "";

  /** From here on the process has what the file sets. */
  constructor(home: Pick<Home, "envFile">, options: EnvironmentOptions = {}) {
    this.#file = home.envFile;
    this.#options = options;
    this.#env = options.env ?? processEnv;
    // What is not in the file is not ours to judge, but for what says that it is a secret.
    const own = Object.entries(this.#env.toObject());
    this.#learn(own.filter(([name, value]) => SECRET.test(name) && !isAbsolute(value)));
    this.#refresh();
  }

  /** As it is now, with what the file sets now. */
  readonly all = (): Record<string, string> => {
    this.#refresh();
    return this.#env.toObject();
  };

  /** One variable of {@link all}. */
  readonly get = (name: string): string | undefined => {
    this.#refresh();
    return this.#env.get(name);
  };

  /** The process has again what it was started with. */
  [Symbol.dispose](): void {
    this.#apply({});
  }

  #refresh(): void {
    const next = this.#read();
    if (next === undefined) return;
    this.#learn(Object.entries(next));
    this.#apply(next);
  }

  #apply(next: Record<string, string>): void {
    for (const [name, value] of Object.entries(next)) {
      if (!this.#own.has(name)) this.#own.set(name, this.#env.get(name));
      if (this.#applied[name] !== value) this.#env.set(name, value);
    }
    for (const name of Object.keys(this.#applied).filter((name) => !Object.hasOwn(next, name))) {
      const own = this.#own.get(name);
      if (own === undefined) this.#env.delete(name);
      else this.#env.set(name, own);
    }
    this.#applied = next;
  }

  #learn(variables: [string, string][]): void {
    const secrets = variables.filter(([name, value]) => isSecret(name, value));
    this.#options.secrets?.add(secrets.map(([, value]) => value));
  }

  /** `undefined`: it cannot be read, and what it said last stays. */
  #read(): Record<string, string> | undefined {
    try {
      const { mode } = Deno.statSync(this.#file);
      const open = Deno.build.os !== "windows" && ((mode ?? 0) & 0o077) !== 0;
      if (open) Deno.chmodSync(this.#file, 0o600);
      const found = parseEnvFile(Deno.readTextFileSync(this.#file));
      this.#problem = "";
      return found;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return {};
      const problem = String(error);
      if (problem !== this.#problem) {
        log.error("Cannot read the environment: {problem}", { problem });
      }
      this.#problem = problem;
      return undefined;
    }
  }
}
