/** What runs the bot after every boot or login: the one interface of the three that there are. */
import type { Home } from "../config/home.ts";
import type { Runner } from "./runner.ts";

/** What the service is to start, and in which surroundings. */
export interface ServiceSpec {
  /** The program with its first arguments. */
  command: readonly string[];
  /** Search path, frozen: a service does not see what a shell's start files set. */
  path: string;
}

/** Something did not work. The message says what to type. */
export class ServiceError extends Error {
  override name = "ServiceError";
}

export interface ServiceManager {
  /** As users know it: `systemd`, `launchd`, `Task Scheduler`. */
  readonly name: string;
  /** When it starts the bot. */
  readonly when: "boot" | "login";
  /** Whether this machine has it. */
  available(): Promise<boolean>;
  installed(): Promise<boolean>;
  /** The command line an installed service starts; `undefined`: none, or it cannot be told. */
  command(): Promise<string[] | undefined>;
  /** The search path an installed service has; `undefined`: it cannot be told. */
  path(): Promise<string | undefined>;
  running(): Promise<boolean>;
  /** Whether an installed service is one that this version would make otherwise. */
  outdated?(): Promise<boolean>;
  /** Installs and starts it, over an older one too. Returns what the user should still do. */
  install(spec: ServiceSpec): Promise<string[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  uninstall(): Promise<void>;
  /** Shows its log on the terminal; `false`: it has none of its own. */
  logs(): Promise<boolean>;
}

export interface ManagerOptions {
  home: Home;
  run: Runner;
  /** The user's account name. */
  user: string;
  uid: number | null;
}
