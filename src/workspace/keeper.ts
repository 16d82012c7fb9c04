/** Looks after a home folder while the bot runs: skills, rules, and versions of the memory. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { unpackSkills } from "./bundled_skills.ts";
import { snapshotMemory } from "./memory_history.ts";
import { RuleSync } from "./rule_sync.ts";
import { SkillSync } from "./skill_sync.ts";

const log = getLogger(["ductor", "workspace"]);

export interface WorkspaceKeeperOptions {
  home: Home;
  clock: Clock;
  /** Reads a variable of the environment; absent: none is set. */
  env?(name: string): string | undefined;
}

export class WorkspaceKeeper {
  readonly #skills: SkillSync;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  /** Begins at once and works in the background: nobody waits for it. */
  constructor(options: WorkspaceKeeperOptions) {
    const { home, clock, env } = options;
    this.#skills = new SkillSync({ home, ...env && { env } });
    this.#running = this.#run(home, clock).catch((error) =>
      log.error("The workspace is no longer looked after: {error}", { error })
    );
  }

  /** Ends the work and takes back what is only for the time the bot runs. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#skills.clear().catch((error) =>
      log.warn("Cannot remove links to skills: {error}", { error })
    );
  }

  async #run(home: Home, clock: Clock): Promise<void> {
    const { signal } = this.#stop;
    await snapshotMemory(home);
    await unpackSkills(home).catch((error) =>
      log.warn("Cannot unpack the bundled skills: {error}", { error })
    );
    await Promise.all([
      // A skill that a confined agent wrote must not get to the user's own CLIs.
      home.confined ? this.#skills.clear() : this.#skills.watch(clock, signal),
      new RuleSync(home).watch(clock, signal),
    ]);
  }
}
