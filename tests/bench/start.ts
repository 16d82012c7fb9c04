/** How soon the program is there, and what it needs while it waits. */
import { join } from "node:path";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { type Program, programs, runProgram, spawnProgram } from "../support/program.ts";
import { type Line, median, ms, time } from "./measure.ts";

export async function* startBench(): AsyncIterable<Line | string> {
  const found = programs();
  if (found.length === 1) {
    yield "  start: no compiled program (set DUCTOR_TEST_BINARY), from source:";
  }
  const program = found.at(-1)!;
  const versions: number[] = [];
  for (let i = 0; i < 7; i++) versions.push(await time(() => runProgram(program, ["--version"])));
  const nothing: number[] = [];
  for (let i = 0; i < 7; i++) {
    nothing.push(await time(() => new Deno.Command("sh", { args: ["-c", ":"] }).output()));
  }
  yield {
    what: `ductor --version (${program.label})`,
    value: ms(median(versions)),
    against: `sh -c : ${ms(median(nothing))}`,
    budget: "120 ms",
    ok: median(versions) <= 120,
  };
  yield* await firstPoll(program);
}

async function firstPoll(program: Program): Promise<Line[]> {
  const folder = await Deno.makeTempDir();
  const starts: number[] = [];
  let megabytes = NaN;
  try {
    for (let i = 0; i < 5; i++) {
      await using server = await BotApiServer.start();
      await Deno.mkdir(join(folder, "config"), { recursive: true });
      await Deno.writeTextFile(
        join(folder, "config", "config.json"),
        JSON.stringify({
          telegram_token: server.token,
          telegram_api_root: server.apiRoot,
          allowed_user_ids: [7],
        }),
      );
      let child: Deno.ChildProcess | undefined;
      starts.push(
        await time(async () => {
          child = spawnProgram(program, [], { DUCTOR_HOME: folder });
          await server.waitFor(() => server.calls.some(({ method }) => method === "getUpdates"));
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 1500));
      megabytes = await residentMegabytes(child!.pid);
      child!.kill("SIGTERM");
      await child!.output();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    {
      what: "process started → first getUpdates",
      value: ms(median(starts)),
      budget: "400 ms",
      ok: median(starts) <= 400,
    },
    {
      what: "memory of the idle bot, all its processes",
      value: `${Math.round(megabytes)} MB`,
      budget: "90 MB",
      ok: megabytes <= 90,
    },
  ];
}

/** Of a process and those it started. */
async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,rss="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (const [id, parent] of rows) if (family.has(parent!)) family.add(id!);
  return rows.filter(([id]) => family.has(id!)).reduce((sum, [, , kb]) => sum + kb!, 0) / 1024;
}
