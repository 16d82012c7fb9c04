import assert from "node:assert/strict";
import { z } from "zod";
import { KeyedJournal, type KeyedRules } from "./keyed_journal.ts";
import { Remembered } from "./remembered.ts";
import { withoutAppends, withoutRewrites } from "../../tests/support/full_disk.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const schema = z.object({
  k: z.enum(["new", "done"]),
  id: z.number(),
  text: z.string().optional(),
});
type Rec = z.infer<typeof schema>;

function rules(more: Partial<KeyedRules<Rec, number, string, true>> = {}) {
  return {
    schema,
    remembered: new Remembered<number>(3),
    compactBytes: 1000,
    note({ open, remembered }, { k, id, text = "" }) {
      if (k === "done") remembered.add(id, true);
      if (k === "done") return open.delete(id);
      if (remembered.has(id)) return false;
      open.set(id, text);
      return true;
    },
    records: ({ open, remembered }) => [
      ...remembered.entries().map(([id]): Rec => ({ k: "done", id })),
      ...[...open].map(([id, text]): Rec => ({ k: "new", id, text })),
    ],
    ...more,
  } satisfies KeyedRules<Rec, number, string, true>;
}

const open = (path: string, more?: Partial<KeyedRules<Rec, number, string, true>>) =>
  KeyedJournal.open(path, rules(more));
const entry = (id: number, text = `text ${id}`): Rec => ({ k: "new", id, text });
const done = (id: number): Rec => ({ k: "done", id });
const LONG = "x".repeat(600);

Deno.test("keyed journal: what is open, in order, and what is over are there after a restart", async () => {
  await using temp = await TempFolder.make();
  {
    await using journal = await open(temp.at("j"));
    assert.equal(await journal.append(entry(1), entry(2), entry(3)), true);
    assert.equal(await journal.append(done(2)), true);
    assert.equal(await journal.append(entry(2)), false);
    assert.equal(await journal.append(), false);
  }
  for (let restart = 0; restart < 2; restart++) {
    await using journal = await open(temp.at("j"));
    assert.deepEqual([...journal.state.open], [[1, "text 1"], [3, "text 3"]]);
    assert.ok(journal.state.remembered.has(2));
  }
  assert.equal((await Deno.readTextFile(temp.at("j"))).split("\n").length, 4);
});

Deno.test("keyed journal: the file stays short, however much passes through", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  for (let id = 0; id < 500; id++) await journal.append(entry(id), done(id));
  assert.ok((await Deno.stat(temp.at("j"))).size < 1100);
  assert.deepEqual([496, 497, 499].map((id) => journal.state.remembered.has(id)), [
    false,
    true,
    true,
  ]);
});

Deno.test("keyed journal: what has to be long is not written anew all the time", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  const { rename } = Deno;
  let rewrites = 0;
  Deno.rename = (from, to) => (rewrites++, rename(from, to));
  try {
    for (let id = 0; id < 100; id++) await journal.append(entry(id, LONG));
  } finally {
    Deno.rename = rename;
  }
  assert.ok(rewrites <= 7, `${rewrites} times`);
  assert.equal(journal.state.open.size, 100);
});

Deno.test("keyed journal: K10.4 what is stored stays so when the file cannot be made shorter", async () => {
  await using temp = await TempFolder.make();
  {
    await using journal = await open(temp.at("j"));
    await withoutRewrites(async () => {
      for (const id of [1, 2, 3, 4]) assert.equal(await journal.append(entry(id, LONG)), true);
    });
    assert.equal(journal.state.open.size, 4);
  }
  await withoutRewrites(async () => {
    await using journal = await open(temp.at("j"));
    assert.equal(journal.state.open.size, 4);
    assert.equal(await journal.append(done(1)), true);
  });
  await using journal = await open(temp.at("j"));
  assert.deepEqual([...journal.state.open.keys()], [2, 3, 4]);
});

Deno.test("keyed journal: what could not be stored does not count", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  await withoutAppends(() => assert.rejects(journal.append(entry(1)), /No space left/));
  assert.equal(journal.state.open.size, 0);
  assert.equal(await journal.append(entry(1)), true);
});

Deno.test("keyed journal: what is taken in without being stored is in the next shorter file", async () => {
  await using temp = await TempFolder.make();
  {
    await using journal = await open(temp.at("j"));
    journal.note(entry(1));
    await journal.compact();
  }
  await using journal = await open(temp.at("j"));
  assert.deepEqual([...journal.state.open.keys()], [1]);
});

Deno.test("keyed journal: what is made of a file that was not there or is damaged is in the shorter file", async () => {
  await using temp = await TempFolder.make();
  const found: unknown[] = [];
  const opened: KeyedRules<Rec, number, string, true>["opened"] = ({ open }, file) => {
    found.push(file, [...open.keys()]);
    if (file.damaged) open.clear();
  };
  for (const damage of ["", "{}\n", ""]) {
    if (found.length > 0) await Deno.writeTextFile(temp.at("j"), damage, { append: true });
    await using journal = await open(temp.at("j"), { opened });
    if (found.length === 2) await journal.append(entry(1));
  }
  assert.deepEqual(found, [
    ...[{ isNew: true, damaged: false }, []],
    ...[{ isNew: false, damaged: true }, [1]],
    ...[{ isNew: false, damaged: false }, []],
  ]);
});

Deno.test("keyed journal: early records count at once, also when they cannot be stored", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"), { early: true });
  const written = journal.append(entry(1));
  assert.ok(journal.state.open.has(1));
  await written;
  await withoutAppends(async () => {
    const failing = journal.append(done(1));
    assert.ok(journal.state.remembered.has(1));
    await assert.rejects(failing);
  });
  assert.ok(journal.state.remembered.has(1));
});

for (const early of [false, true]) {
  const when = early ? "at once" : "once they are on disk";
  Deno.test(`keyed journal: of records that count ${when} none is lost or doubled by a rewrite among them`, async () => {
    await using temp = await TempFolder.make();
    const seen: number[][] = [];
    const { records } = rules();
    const spying = (state: Parameters<typeof records>[0]) => {
      seen.push([...state.open.keys()]);
      return records(state);
    };
    {
      await using journal = await open(temp.at("j"), { early, records: spying });
      const before = journal.append(entry(1));
      const compacted = journal.compact();
      const after = journal.append(entry(2));
      await Promise.all([before, compacted, after]);
    }
    assert.deepEqual(seen.at(-1), [1]);
    const ids = (await Deno.readTextFile(temp.at("j"))).trim().split("\n").map((line) =>
      JSON.parse(line).id
    );
    assert.deepEqual(ids, [1, 2]);
  });
}
