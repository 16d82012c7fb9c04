/** The figures of a run as a table, and in docs/reliability.md. */
import { newTally, type Tally } from "./rounds.ts";

const NOTE = new URL("../../../docs/reliability.md", import.meta.url);
const [BEGIN, END] = ["<!-- figures: deno task fault --write -->", "<!-- end of figures -->"];

export function merged(tallies: readonly Tally[]): Tally {
  const all = newTally();
  for (const one of tallies) {
    for (const key of ["kills", "items", "answered", "told", "marked"] as const) {
      all[key] += one[key];
    }
    for (const key of ["lost", "doubled", "touched"] as const) all[key].push(...one[key]);
    all.measures.push(...one.measures);
    for (const [name, { kills, missed }] of one.points) {
      const row = all.points.get(name) ?? { kills: 0, missed: 0 };
      all.points.set(name, { kills: row.kills + kills, missed: row.missed + missed });
    }
  }
  return all;
}

export function table(tally: Tally): string {
  const rows = [...tally.points].map(([name, { kills, missed }]) =>
    `| ${name} | ${kills} | ${missed} |`
  );
  const { kills, items, answered, told, lost, doubled, touched, marked, measures } = tally;
  const memory = measures.map(({ rssMb }) => rssMb);
  const files = measures.map(({ files }) => files);
  return [
    "| killed | kills | step did not come |",
    "| --- | ---: | ---: |",
    ...rows,
    "",
    "| kills | asked for | answered | dropped or told | lost | doubled | others touched |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    `| ${kills} | ${items} | ${answered} | ${told} | ${lost.length} | ${doubled.length} | ${touched.length} |`,
    "",
    `Doubles that the log marks as impossible to look for: ${marked}. Memory of the bot at the ` +
    `counts: ${memory[0]} to ${memory.at(-1)} MB (at most ${Math.max(...memory)}); open files: ` +
    `${files[0]} to ${files.at(-1)} (at most ${Math.max(...files)}).`,
  ].join("\n");
}

/** What must not be. A double that could not be looked for is none of it, if the log says so. */
export function problemsOf({ lost, doubled, touched, marked }: Tally): string[] {
  return [
    ...lost.map((what) => `Lost: ${what}`),
    ...doubled.length > marked ? doubled.map((what) => `Doubled: ${what}`) : [],
    ...touched.map((what) => `Touched: ${what}`),
  ];
}

export async function writeNote(
  tally: Tally,
  { seed, bots }: { seed: number; bots: number },
): Promise<void> {
  const note = await Deno.readTextFile(NOTE);
  const [before] = note.split(BEGIN);
  const [, after] = note.split(END);
  const command = `deno task fault --kills ${tally.kills} --seed ${seed} --bots ${bots}`;
  const text = `${before}${BEGIN}\n\n\`${command}\`\n\n${table(tally)}\n\n${END}${after}`;
  await Deno.writeTextFile(NOTE, text);
  const args = ["fmt", "--quiet", NOTE.pathname];
  await new Deno.Command(Deno.execPath(), { args }).output();
}
