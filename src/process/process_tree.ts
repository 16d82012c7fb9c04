/**
 * Everything that runs below one process, and how to end it.
 *
 * A process group is not enough: Claude Code runs shell commands in sessions of their own, which
 * outlive it. And descent is not enough: a process whose parent has ended belongs to init. So a
 * tree remembers whom it has seen, and what those lead (their groups and sessions).
 */
import { backoff } from "../base/async/backoff.ts";
import { sleep } from "../base/async/sleep.ts";
import { getLogger } from "@logtape/logtape";
import type { ProcessInfo, ProcessTable, Signal } from "./process_table.ts";

const log = getLogger(["ductor", "agents"]);
const GIVE_UP_MS = 5000;
/** Between two looks at what still runs. */
const pauseAfter = backoff({ first: 10, most: 100 });

export class ProcessTree {
  readonly #table: ProcessTable;
  readonly #root: number;
  /** pid → start of every process that was ever seen in the tree. */
  readonly #seen = new Map<number, number>();

  /** `root` must lead a process group of its own where the system has groups. */
  constructor(root: number, table: ProcessTable) {
    this.#root = root;
    this.#table = table;
  }

  /**
   * Takes a look and remembers. `rootAlive` must be true only while the root has not been waited
   * for: its pid cannot have passed to another process as long.
   *
   * @returns the members that run now.
   */
  async observe(rootAlive: boolean): Promise<ProcessInfo[]> {
    const all = await this.#table.list();
    const byPid = new Map(all.map((info) => [info.pid, info]));
    const members = new Map<number, ProcessInfo>();
    const add = (info: ProcessInfo) => {
      members.set(info.pid, info);
      this.#seen.set(info.pid, info.start);
    };
    const root = byPid.get(this.#root);
    if (rootAlive && root) add(root);
    for (const [pid, start] of this.#seen) {
      const info = byPid.get(pid);
      if (info && info.start === start) add(info);
    }
    // Growing to a fixed point: a group may hold a process whose children left the group.
    for (let size = -1; size !== members.size;) {
      size = members.size;
      for (const info of all) {
        if (!members.has(info.pid) && this.#belongs(info, byPid, members)) add(info);
      }
    }
    return [...members.values()];
  }

  #belongs(
    info: ProcessInfo,
    byPid: Map<number, ProcessInfo>,
    members: Map<number, ProcessInfo>,
  ): boolean {
    const parent = members.get(info.ppid);
    if (parent && (!this.#table.staleParents || parent.start <= info.start)) return true;
    return this.#leads(info.pgid, byPid) || this.#leads(info.session, byPid);
  }

  /** Whether `id` names a group or session that a process of this tree made. */
  #leads(id: number, byPid: Map<number, ProcessInfo>): boolean {
    if (id <= 1) return false;
    const holder = byPid.get(id);
    // A process with that pid which is not the one seen: the id was given away again.
    if (holder) return this.#seen.get(id) === holder.start;
    return id === this.#root || this.#seen.has(id);
  }

  /**
   * Looks for processes that escaped unseen, by the text their environment inherited. For a root
   * that died by itself; a program that the agent detached on purpose is otherwise left alone.
   */
  async adopt(marker: string): Promise<void> {
    const pids = new Set(await this.#table.carrying(marker));
    if (pids.size === 0) return;
    this.include((await this.#table.list()).filter(({ pid }) => pids.has(pid)));
  }

  /** Counts them as members, with what they lead and start. */
  include(members: readonly ProcessInfo[]): void {
    for (const { pid, start } of members) this.#seen.set(pid, start);
  }

  /**
   * Ends every member: SIGTERM, after `graceMs` SIGKILL. Resolves when none is left, or when the
   * rest has withstood SIGKILL for {@link GIVE_UP_MS} (a program that runs as another user).
   *
   * @param rootAlive asked before each look, see {@link observe}.
   */
  async kill(graceMs: number, rootAlive: () => boolean): Promise<void> {
    const graceful = this.#table.graceful && graceMs > 0;
    const termed = new Set<number>();
    const deadline = performance.now() + graceMs;
    for (let round = 1;; round++) {
      const members = await this.observe(rootAlive());
      if (members.length === 0 && !rootAlive()) return;
      if (performance.now() > deadline + GIVE_UP_MS) {
        log.warn("Processes {pids} could not be ended; they may belong to another user.", {
          pids: members.map((info) => info.pid),
        });
        return;
      }
      const signal: Signal = graceful && performance.now() < deadline ? "SIGTERM" : "SIGKILL";
      const pids = members.map((info) => info.pid);
      if (signal === "SIGTERM") {
        // Once each: some programs take a second SIGTERM as "drop everything".
        const fresh = pids.filter((pid) => !termed.has(pid));
        for (const pid of fresh) termed.add(pid);
        await this.#table.signal(fresh, signal);
      } else {
        await this.#table.signal(pids, signal);
      }
      await sleep(pauseAfter(round));
    }
  }
}
