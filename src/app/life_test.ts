import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { HostLauncher } from "../process/launcher.ts";
import type { ProcessInfo, ProcessTable } from "../process/process_table.ts";
import { isRunning } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { beginLife, endFormerLife, noteChild, startedByAgent } from "./life.ts";

const FORMER = "11111111-2222-3333-4444-555555555555";

async function withHome(fn: (home: Home) => Promise<void>) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"), temp.path);
  await Deno.mkdir(home.stateDir, { recursive: true });
  await fn(home);
}

/** Processes, of which `signal` takes away those it is given. */
class Table implements ProcessTable {
  readonly graceful = false;
  readonly staleParents = true;
  readonly epoch = 1000;
  constructor(public all: ProcessInfo[], readonly marked: Record<string, number[]> = {}) {}
  list = () => Promise.resolve(this.all);
  carrying = (text: string) => Promise.resolve(this.marked[text] ?? []);
  signal(pids: readonly number[]): Promise<void> {
    this.all = this.all.filter(({ pid }) => !pids.includes(pid));
    return Promise.resolve();
  }
  get pids(): number[] {
    return this.all.map(({ pid }) => pid);
  }
}

const process = (pid: number, ppid: number, start: number): ProcessInfo => ({
  ...{ pid, ppid, start, pgid: 0, session: 0 },
});

Deno.test("K13.1 a life that was cut short: what carries its mark is ended, and nothing else", () =>
  withHome(async (home) => {
    await Deno.writeTextFile(home.lifeFile, `${FORMER}\n`);
    const all = [
      process(50, 1, 5),
      process(51, 50, 6),
      process(60, 1, 7),
      process(Deno.pid, 70, 9),
    ];
    // An agent of the former life has started the shell that started us.
    all.push(process(70, 1, 8));
    const table = new Table(all, { [`DUCTOR_CHILD=${FORMER}.`]: [50, 70, Deno.pid] });
    assert.equal(await endFormerLife(home, table), 1);
    assert.deepEqual(table.pids, [60, Deno.pid, 70]);
    assert.equal(await endFormerLife(home, table), undefined, "and that was it");
  }));

Deno.test("K13.1 a life that came to its end: what agents detached goes on", () =>
  withHome(async (home) => {
    await (await beginLife(home)).end();
    const table = new Table([process(50, 1, 5)], { [`DUCTOR_CHILD=${FORMER}.`]: [50] });
    assert.equal(await endFormerLife(home, table), undefined);
    assert.deepEqual(table.pids, [50]);
  }));

Deno.test("K13.1 where environments are not seen, noted children are known by number and time", () =>
  withHome(async (home) => {
    await Deno.writeTextFile(home.lifeFile, `${FORMER}\n`);
    noteChild(home, 50, 100_000);
    noteChild(home, 51, 100_000);
    noteChild(home, 52, 100_000);
    const table = new Table([
      process(50, 1, 101_000 - 300),
      // The number of a child was given to another; what belongs to that is not ours.
      process(51, 1, 901_000),
      process(61, 51, 902_000),
      // The child has ended, what it started has not.
      process(62, 52, 103_000),
      process(63, 62, 104_000),
      // Older than the child with the number of its parent.
      process(64, 52, 5_000),
    ]);
    assert.equal(await endFormerLife(home, table), 2);
    assert.deepEqual(table.pids, [51, 61, 64]);
  }));

Deno.test({
  name: "K13.1 on this machine: a shell that outlived its bot is found and ended",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withHome(async (home) => {
      await Deno.writeTextFile(home.lifeFile, `${FORMER}\n`);
      const left = new Deno.Command("sh", {
        args: ["-c", "sleep 300 & wait"],
        env: { DUCTOR_CHILD: `${FORMER}.1` },
      }).spawn();
      assert.equal(await endFormerLife(home), 2);
      await left.status;
      assert.equal(await isRunning(left.pid), false);
    }),
});

Deno.test("K13.3 who is started by an agent of this home's bot knows it, and nobody else", () =>
  withHome(async (home) => {
    let mark = "";
    const env = { get: (name: string) => name === "DUCTOR_CHILD" ? mark : undefined };
    const life = await beginLife(home);
    const launcher = new HostLauncher();
    const child = await launcher.launch({
      command: Deno.execPath(),
      args: ["eval", "console.log(Deno.env.get('DUCTOR_CHILD'))"],
      cwd: Deno.cwd(),
    });
    for await (const line of child.lines) mark = line;
    await child.kill();
    assert.equal(await startedByAgent(home, env), true);
    mark = `${FORMER}.1`;
    assert.equal(await startedByAgent(home, env), false, "of another bot");
    await life.end();
    assert.equal(await startedByAgent(home, { get: () => undefined }), false);
  }));
