/** A running bot, and what it is made of. */
import type { Agent } from "../agents/agent.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Launcher } from "../process/launcher.ts";
import type { Cleanup } from "../jobs/cleanup/cleanup.ts";
import type { Heartbeat } from "../jobs/heartbeat/heartbeat.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { TurnEnd } from "../conversation/ending.ts";
import type { KnownSecrets } from "../base/known_secrets.ts";
import type { IntakeOptions } from "../chat/incoming/intake.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { Updater } from "../update/updater.ts";
import type { Automation } from "./automation.ts";
import type { Logging } from "./logging.ts";
import type { Endings } from "../chat/wishes.ts";
import type { SandboxFeed } from "../chat/sandbox_progress.ts";
import type { Walls } from "../projects/changes.ts";

export interface BotOptions extends Pick<Endings, "leave" | "runOutside"> {
  home: Home;
  config: Config;
  agents: Record<ProviderName, Agent>;
  clock?: Clock;
  /** Runs the prechecks of jobs; default: on this machine. */
  launcher?: Launcher;
  /** How often a bot of this home has started. */
  starts?: number;
  /** The environment of what is started here; default: our own. */
  env?(): Record<string, string>;
  /** Makes what belongs into the home again, as at the start. */
  seed?(): Promise<unknown>;
  /** What was found at the start that the owner should know, in Markdown. */
  notices?: readonly string[];
  /** Told after every turn how it ended. */
  onTurnEnd?(end: TurnEnd): void;
  /** A service runs it: nobody sees it end, so it does not for a refused token. */
  service?: boolean;
  /** Ends the program so that it is started again, for `/restart`; absent: nothing would start it. */
  restart?(): void;
  /** What is said in a file that came in; absent: files are not listened to. */
  listen?: IntakeOptions["listen"];
  /** The sandbox the agents run in, when they do. */
  sandbox?: SandboxFeed & Walls;
  /** Told what must not be shown, as soon as it is known; for the redactor of the log. */
  secrets?: KnownSecrets;
  /** Where the log goes, to follow `log_level` and `log_format`. */
  logs?: Pick<Logging, "change">;
  /** What looks for new versions; a test's own instead of the real one. */
  updater?: Updater;
}

export interface Bot {
  /** Settles when the bot has ended by itself: rejects with a TokenError when Telegram refuses a new token. */
  readonly ended: Promise<void>;
  readonly heartbeat: Heartbeat;
  readonly cleanup: Cleanup;
  readonly automation: Automation;
  readonly webhooks: Webhooks;
  /** The config as it is now. */
  config(): Config;
  /** How many conversations have a turn that runs. */
  running(): number;
  /** Resolves when no turn runs or waits and everything that was said has arrived. */
  settled(): Promise<void>;
  /**
   * Ends the bot: takes nothing new, lets running turns finish for `graceMs`, delivers what can be
   * delivered, leaves no child process.
   */
  stop(graceMs: number): Promise<void>;
}
