/** Kills, starts and kills again; now and then it lets everything come to its end, and counts. */
import type { Fault } from "../../../src/bot_api/types.ts";
import type { Program } from "../../support/program.ts";
import { isOver, type Kind } from "./items.ts";
import { type Point, POINTS } from "./points.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

/** Kills between two counts. */
const ROUND = 20;
/** How long a step may take to come. */
const STEP_MS = 15_000;
/** How long everything may take to come to its end. */
const END_MS = 120_000;
const KINDS: readonly Kind[] = ["say", "say", "count", "run", "run", "hook", "job"];

export interface Options {
  seed: number;
  kills: number;
  program?: Program;
  /** Only at the steps whose names fit. */
  at?: string;
  /** How long everything may take to come to its end, ms. */
  patienceMs?: number;
  /** Ends earlier when so much time is over. */
  minutes?: number;
  /** Told what happens. */
  say(line: string): void;
}

export interface Tally {
  kills: number;
  /** How often the program was killed at each step, or at random, and how often a step did not come. */
  points: Map<string, { kills: number; missed: number }>;
  items: number;
  answered: number;
  /** Dropped by a person, or told to be cut off. */
  told: number;
  lost: string[];
  doubled: string[];
  /** Doubles that the log says it could not look for. */
  marked: number;
  touched: string[];
  /** At each count: memory in MB, and open files, of the bot and of nothing else. */
  measures: { rssMb: number; files: number }[];
}

const FAULTS: readonly Fault[] = [
  { status: 502 },
  { status: 429, retry_after: 1 },
  { status: 500 },
  { body: "<html>Bad gateway</html>" },
  { slow: 400 },
  "reset",
  "reset_after",
  "hang",
  "hang_after",
  "cut",
];
/** Only of a bot that has connected: a token that never worked ends it. */
const LATER: readonly Fault[] = [{ status: 401 }, { status: 409 }];

export function newTally(): Tally {
  return {
    kills: 0,
    points: new Map(),
    items: 0,
    answered: 0,
    told: 0,
    lost: [],
    doubled: [],
    marked: 0,
    touched: [],
    measures: [],
  };
}

export async function run(
  { seed, kills, program, at, patienceMs = END_MS, minutes = Infinity, say }: Options,
): Promise<Tally> {
  const tally = newTally();
  const end = Date.now() + minutes * 60_000;
  const random = new Random(seed);
  await World.with(program, random, async (world) => {
    const points = POINTS.filter(({ name }) => !at || new RegExp(at).test(name));
    for (let n = 0; n < kills; n++) {
      // Every second one is at a step, in turn.
      const isAtStep = at !== undefined || n % 2 === 0;
      const point = points[(at ? n : n / 2 + seed) % points.length];
      const wanted = isAtStep ? point : undefined;
      const name = await kill(world, random, wanted);
      const row = tally.points.get(wanted?.name ?? name) ?? { kills: 0, missed: 0 };
      tally.points.set(wanted?.name ?? name, row);
      if (wanted && name !== wanted.name) row.missed++;
      else row.kills++;
      tally.kills++;
      const last = n === kills - 1 || Date.now() > end;
      if ((n + 1) % ROUND === 0 || last) {
        await count(world, tally, last, patienceMs, say);
        say(`${tally.kills} kills, ${world.items.length} messages, ${tally.lost.length} lost`);
      }
      if (last) break;
    }
    tally.items = world.items.length;
    tally.touched = world.touched;
    const log = await Deno.readTextFile(world.bench.home.logFile).catch(() => "");
    tally.marked = log.split("A message may stand twice").length - 1;
  });
  return tally;
}

/** One life of the bot. @returns at which step it was killed, or how else */
async function kill(world: World, random: Random, point: Point | undefined): Promise<string> {
  const { bench, feed } = world;
  const { faults } = bench.server;
  const remove: (() => void)[] = [];
  if (!point && random.chance(0.1)) {
    bench.launch();
    await pause(random.below(1500));
    await bench.kill();
    return "while it starts";
  }
  world.holdPresses = point?.press ?? false;
  const reached = point && steps(world, point);
  try {
    const began = bench.begin().then(() => "", (error) => {
      if (point) return "missed";
      throw error;
    });
    // What an earlier life left may bring it there while it starts.
    const early = await Promise.race([began, ...reached ? [reached.promise] : []]);
    if (early !== "") return early;
    world.holdPresses = false;
    world.pressAll();
    if (!point) {
      for (let n = random.below(4); n > 0; n--) {
        const fault = random.pick(random.chance(0.1) ? LATER : FAULTS);
        const method = random.pick([undefined, "sendMessage", "editMessageText", "getUpdates"]);
        remove.push(faults.add({ ...method && { method }, fault, times: 1 }));
      }
      for (let n = random.below(3); n > 0; n--) await world.ask(random.pick(KINDS));
      await pause(random.below(2000));
      if (random.chance(0.15)) {
        bench.child!.kill("SIGTERM");
        // It may have ended when this is over, or be about to.
        await pause(random.below(600));
        await bench.kill();
        return "while it stops";
      }
      await bench.kill();
      return "at random";
    }
    const { ask, fault } = point;
    for (const [index, kind] of ask.entries()) {
      const tag = world.nextTag(kind);
      const isLast = index === ask.length - 1;
      if (isLast && fault) {
        const when = ({ text }: Record<string, unknown>) => text === tag;
        remove.push(faults.add({ method: "sendMessage", when, fault, times: 1 }));
      }
      if (isLast) reached!.tag = tag;
      await world.ask(kind);
    }
    return await Promise.race([reached!.promise, pause(STEP_MS).then(() => "missed")]);
  } finally {
    feed.onEvent = () => {};
    for (const one of remove) one();
    await bench.kill();
    world.finish();
  }
}

/** Kills the bot when the events of a step have come, in their order. */
function steps({ feed, bench }: World, { name, at }: Point) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const wanted = { tag: "", promise };
  let next = 0;
  feed.onEvent = (event) => {
    const pattern = at[next];
    if (!pattern) return;
    if (pattern.source.includes("TAG") && wanted.tag === "") return;
    if (!new RegExp(pattern.source.replace("TAG", wanted.tag)).test(event)) return;
    if (++next < at.length) return;
    try {
      bench.child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    resolve(name);
  };
  return wanted;
}

/** Lets everything end in a life without faults, and says what became of it. */
async function count(
  world: World,
  tally: Tally,
  last: boolean,
  patienceMs: number,
  say: (line: string) => void,
): Promise<void> {
  const { bench } = world;
  await bench.begin();
  world.pressAll();
  const open = () => world.items.filter((item) => !isOver(item, world.outcome(item)));
  const twice = () => world.items.filter((item) => world.outcome(item).answers > 1);
  const end = Date.now() + patienceMs;
  while ((open().length > 0 || twice().length > 0) && Date.now() < end) await pause(200);
  world.finish();
  tally.measures.push(await measure(bench.child!.pid));
  if (last || open().length > 0 || twice().length > 0) {
    const runs = await world.runs();
    tally.lost = open().map(({ tag }) => tag);
    for (const { tag } of [...open(), ...twice()]) say(world.traceOf(tag));
    tally.doubled = [
      ...twice().map(({ tag }) => tag),
      ...world.items.filter(({ tag, again }) => (runs.get(tag) ?? 0) > 1 + again)
        .map(({ tag }) => `${tag} was run twice`),
    ];
    const outcomes = world.items.map((item) => world.outcome(item));
    tally.answered = outcomes.filter(({ answers }) => answers > 0).length;
    tally.told = outcomes.length - tally.answered - tally.lost.length;
  }
  await bench.kill();
}

async function measure(pid: number): Promise<{ rssMb: number; files: number }> {
  if (Deno.build.os !== "linux") return { rssMb: 0, files: 0 };
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const files = (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
  return { rssMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024), files };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
