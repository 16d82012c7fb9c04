/**
 * `deno task fault`: the real program is killed at every step and at random moments while people
 * write, press and programs call; then it is counted what was lost, doubled or touched.
 *
 *   --kills N     how many kills (200)
 *   --seed N      repeats a run's choices (printed; default: a new one)
 *   --minutes N   ends earlier when so much time is over
 *   --at REGEX    only at the steps whose names fit
 *   --bots N      so many bots at once (1)
 *   --break NAME  with one promise broken: the run must fail; `--break list` names them
 *   --write       puts the figures into docs/reliability.md
 *   --tests       runs the tests of tests/fault first
 */
import { parseArgs } from "node:util";
import { BREAKS, brokenProgram } from "./run/breaks.ts";
import { merged, problemsOf, table, writeNote } from "./run/report.ts";
import { run } from "./run/rounds.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    bots: { type: "string", default: "1" },
    minutes: { type: "string", default: "Infinity" },
    at: { type: "string" },
    break: { type: "string" },
    write: { type: "boolean", default: false },
    tests: { type: "boolean", default: false },
  },
});
const [kills, seed, bots] = [Number(values.kills), Number(values.seed), Number(values.bots)];
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

if (values.break === "list") {
  say(Object.keys(BREAKS).join("\n"));
  Deno.exit(0);
}
if (values.tests) {
  const args = ["test", "-A", "--no-check", "tests/fault"];
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
const folder = await Deno.makeTempDir();
const program = values.break === undefined ? undefined : await brokenProgram(values.break, folder);
say(`Seed ${seed}, ${kills} kills, ${bots} bots${program ? `, ${program.label}` : ""}`);
const tallies = await Promise.all(Array.from({ length: bots }, (_, bot) =>
  run({
    seed: seed + bot * 7,
    kills: Math.ceil(kills / bots),
    minutes: Number(values.minutes),
    ...program && { program },
    ...values.at !== undefined && { at: values.at },
    say: (line) => say(`bot ${bot + 1}: ${line}`),
  })));
await Deno.remove(folder, { recursive: true });
const tally = merged(tallies);
say(table(tally));
const problems = problemsOf(tally);
for (const problem of problems) say(problem);
if (values.write) await writeNote(tally, { seed, bots });
Deno.exit(problems.length > 0 ? 1 : 0);
