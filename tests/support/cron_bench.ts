import { KeyedQueue } from "../../src/base/async/locks.ts";
import type { Job, JobFields } from "../../src/jobs/job.ts";
import { CronState } from "../../src/jobs/cron_state.ts";
import { JobRuns } from "../../src/jobs/job_runs.ts";
import { JobRegistry, type NewJob } from "../../src/jobs/registry.ts";
import type { Notifier } from "../../src/jobs/notifier.ts";
import { RunStore } from "../../src/jobs/run_records.ts";
import { Scheduler } from "../../src/jobs/scheduler.ts";
import type { Task, TaskResult } from "../../src/jobs/tasks/task.ts";
import { Home } from "../../src/config/home.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { TempFolder } from "./temp_folder.ts";

/** The scheduler on real files with a clock that stands still and tasks that a test plays. */
export class CronBench implements AsyncDisposable {
  readonly said: { chat: number | undefined; text: string }[] = [];
  /** Ids of the jobs whose task was started, in order. */
  readonly started: string[] = [];
  /** Times at which that was. */
  readonly times: string[] = [];
  config: Config = defaultConfig();
  zone = "Europe/Berlin";
  /** What a task does; the default succeeds at once. */
  task: (task: Task, signal: AbortSignal) => Promise<TaskResult> = () =>
    Promise.resolve({ status: "success", text: "Done." });
  problemOf: (job: Job) => { message: string } | undefined = () => undefined;
  notifier: Notifier = {
    deliver: (target, text, { key }) => {
      const known = key !== undefined && this.#keys.has(key);
      if (!known) this.said.push({ chat: target?.chatId, text });
      if (key !== undefined) this.#keys.add(key);
      return Promise.resolve("delivered");
    },
  };
  registry!: JobRegistry;
  state!: CronState;
  runs!: RunStore;
  scheduler!: Scheduler;

  /** Keys that were said, which the outbox remembers. */
  readonly #keys = new Set<string>();
  #life: Life = { writes: Infinity, busy: 0 };

  private constructor(readonly temp: TempFolder, readonly home: Home, readonly clock: FakeClock) {}

  static async make(now: string): Promise<CronBench> {
    const temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
    const bench = new CronBench(temp, home, new FakeClock(Date.parse(now)));
    bench.#build();
    return bench;
  }

  #build(): void {
    const { home, clock } = this;
    const life = this.#life = { writes: Infinity, busy: 0 };
    this.registry = living(
      new JobRegistry(home, { now: () => new Date(clock.now()) }),
      life,
    );
    this.state = living(new CronState(home.cronStateFile), life);
    this.runs = living(new RunStore(home), life);
    const notifier: Notifier = living(
      { deliver: (...args) => this.notifier.deliver(...args) },
      life,
    );
    const common = { clock, notifier, timeZone: () => this.zone };
    this.scheduler = new Scheduler({
      ...common,
      registry: this.registry,
      state: this.state,
      runs: new JobRuns({
        ...common,
        registry: this.registry,
        state: this.state,
        runs: this.runs,
        locks: new KeyedQueue(),
        config: () => this.config,
        task: (task, signal) => {
          this.started.push(task.id);
          this.times.push(new Date(clock.now()).toISOString());
          return this.task(task, signal);
        },
      }),
      problemOf: (job) => Promise.resolve(this.problemOf(job)),
    });
  }

  add(name: string, schedule: string, more: JobFields = {}): Promise<Job> {
    return this.registry.add({ name, title: name, description: "", schedule, ...more } as NewJob);
  }

  start(): Promise<void> {
    return this.scheduler.start();
  }

  /** Ends the scheduler as a kill would: nothing of what runs is noted. */
  async kill(): Promise<void> {
    await this.scheduler.stop(AbortSignal.abort());
  }

  /** What a new life of the program has in its memory: nothing yet. */
  renew(): void {
    this.#build();
  }

  /** A new life of the program on the same files. */
  async restart(): Promise<void> {
    await this.kill();
    this.#build();
    await this.start();
    await this.quiet();
  }

  /** A new life of the program while the old one hangs for good: as a power cut would leave it. */
  async crash(): Promise<void> {
    this.#life.writes = -1;
    this.#build();
    await this.start();
    await this.quiet();
  }

  /** From now on only so many writes succeed; what comes after them never ends. */
  dieBefore(writes: number): void {
    this.#life.writes = writes;
  }

  /** The computer sleeps: the clock goes on, and no timer does. */
  sleep(ms: number): void {
    this.clock.jump(ms);
  }

  /** Lets time pass, and what happens in it happen at its time. */
  async pass(ms: number): Promise<void> {
    const { clock } = this;
    const end = clock.now() + ms;
    await this.quiet();
    while (clock.now() < end) {
      await clock.advance(Math.max(0, Math.min(end, clock.next ?? end) - clock.now()));
      await this.quiet();
    }
  }

  /** Waits until the files are written and nothing moves any more. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 2;) {
      await settle();
      still = this.#life.busy === 0 ? still + 1 : 0;
    }
  }

  async statuses(folder: string): Promise<string[]> {
    return (await this.runs.list(folder)).map(({ status }) => status).reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.temp[Symbol.asyncDispose]();
  }
}

/** Calls that change something on the disk or in the chat. */
const WRITES = new Set(["change", "set", "write", "noteRun", "setEnabled", "deliver"]);

interface Life {
  /** How many writes succeed still. */
  writes: number;
  /** Calls that have not ended. */
  busy: number;
}

/** Passes calls on and counts them, until the life of the program is over; then they never end. */
function living<T extends object>(target: T, life: Life): T {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (life.writes <= 0 && (life.writes < 0 || WRITES.has(String(name)))) {
          life.writes = -1;
          return new Promise(() => {});
        }
        if (WRITES.has(String(name))) life.writes--;
        const result = value.apply(target, args);
        if (!(result instanceof Promise)) return result;
        life.busy++;
        return result.finally(() => life.busy--);
      };
    },
  });
}
