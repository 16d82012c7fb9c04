import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type CorruptFile, JsonFile } from "./json_file.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const worker = fileURLToPath(new URL("../../tests/support/store_worker.ts", import.meta.url));
const schema = z.looseObject({ names: z.array(z.string()) });

function open(path: string, events: CorruptFile[] = [], pause = () => Promise.resolve()) {
  return new JsonFile(path, {
    schema,
    defaultValue: () => ({ names: [] as string[] }),
    onCorrupt: (event) => void events.push(event),
    now: () => new Date("2026-03-04T05:06:07.891Z"),
    pause,
  });
}

Deno.test("JsonFile gives the default while there is no file, and writes none", async () => {
  await using temp = await TempFolder.make();
  assert.deepEqual(await open(temp.at("a.json")).read(), { names: [] });
  assert.deepEqual(await temp.names(), []);
});

Deno.test("JsonFile writes two-space JSON with a newline, for the owner only, and a backup", async () => {
  await using temp = await TempFolder.make();
  const file = open(temp.at("a.json"));
  assert.deepEqual(await file.update((now) => void now.names.push("Zoë")), { names: ["Zoë"] });
  const text = '{\n  "names": [\n    "Zoë"\n  ]\n}\n';
  assert.equal(await Deno.readTextFile(temp.at("a.json")), text);
  assert.equal(await Deno.readTextFile(temp.at("a.json.bak")), text);
  assert.deepEqual(await temp.names(), ["a.json", "a.json.bak", "a.json.lock"]);
  if (Deno.build.os !== "windows") {
    for (const name of await temp.names()) {
      assert.equal((await Deno.stat(temp.at(name))).mode! & 0o777, 0o600, name);
    }
  }
});

Deno.test("JsonFile keeps fields it does not know", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a.json"), '{"theirs":{"x":[1]},"names":["a"]}');
  await open(temp.at("a.json")).update((now) => ({ ...now, names: ["b"] }));
  assert.deepEqual(JSON.parse(await Deno.readTextFile(temp.at("a.json"))), {
    theirs: { x: [1] },
    names: ["b"],
  });
});

Deno.test("K2.2 JsonFile: comments and commas behind the last entry are read, and stay when something changes", async () => {
  await using temp = await TempFolder.make();
  const text = '{\n  // friends\n  "names": [\n    "a", // Anna\n  ],\n}\n';
  await Deno.writeTextFile(temp.at("a.json"), text);
  const events: CorruptFile[] = [];
  const file = open(temp.at("a.json"), events);
  assert.deepEqual(await file.read(), { names: ["a"] });
  await file.update((now) => ({ ...now, more: true }));
  assert.equal(
    await Deno.readTextFile(temp.at("a.json")),
    text.replace("  ],\n", '  ],\n  "more": true,\n'),
  );
  assert.deepEqual(await open(temp.at("a.json"), events).read(), { names: ["a"], more: true });
  assert.deepEqual(events, []);
});

Deno.test("K2.2 JsonFile: where the mistake is, is told", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a.json"), '{\n  "names": ["a"\n}\n');
  const events: CorruptFile[] = [];
  await open(temp.at("a.json"), events).read();
  assert.deepEqual(events.map(({ reason }) => reason), [
    'it is not JSON at line 3, column 1: found "}", expected "," or the end of the list or object',
  ]);
});

Deno.test("JsonFile sees changes made by others at once", async () => {
  await using temp = await TempFolder.make();
  const file = open(temp.at("a.json"));
  // Same length, same moment: only the content tells them apart.
  for (const name of ["a", "b", "c", "d"]) {
    await Deno.writeTextFile(temp.at("a.json"), `{"names":["${name}"]}`);
    assert.deepEqual(await file.read(), { names: [name] });
  }
});

Deno.test("JsonFile does not read an unchanged file again", async () => {
  await using temp = await TempFolder.make();
  const file = open(temp.at("a.json"));
  await Deno.writeTextFile(temp.at("a.json"), '{"names":["a"]}');
  await Deno.utime(temp.at("a.json"), 1000, 1000);
  const first = await file.read();
  const original = Deno.readFile;
  let reads = 0;
  Deno.readFile = (...args) => (reads++, original(...args));
  try {
    assert.equal(await file.read(), first);
    assert.equal(reads, 0);
    await Deno.utime(temp.at("a.json"), 1000, 1001);
    await file.read();
    assert.equal(reads, 1);
  } finally {
    Deno.readFile = original;
  }
});

Deno.test("JsonFile hands out frozen values, so that no change is made in memory only", async () => {
  await using temp = await TempFolder.make();
  const file = open(temp.at("a.json"));
  await file.update((now) => void now.names.push("a"));
  const value = await file.read();
  assert.throws(() => value.names.push("b"), TypeError);
});

Deno.test("JsonFile leaves the file alone when the change throws, is invalid or changes nothing", async () => {
  await using temp = await TempFolder.make();
  const file = open(temp.at("a.json"));
  await file.update((now) => void now.names.push("a"));
  const before = await Deno.stat(temp.at("a.json"));
  const fail = (now: { names: string[] }) => {
    now.names.push("b");
    throw new Error("no");
  };
  await assert.rejects(file.update(fail), /no/);
  // deno-lint-ignore no-explicit-any
  await assert.rejects(file.update(() => ({ names: [1] }) as any), /Cannot write .*names\.0/);
  await file.update(() => {});
  const after = await Deno.stat(temp.at("a.json"));
  assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  assert.deepEqual(await file.read(), { names: ["a"] });
});

const BROKEN: Record<string, Uint8Array> = {
  "a zero-byte file": new Uint8Array(),
  "NULs": new Uint8Array(40),
  "a torn file": new TextEncoder().encode('{"names":["a", "b'),
  "trailing garbage": new TextEncoder().encode('{"names":["a"]}}'),
  "bytes that are no text": new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]),
  "another shape": new TextEncoder().encode('{"names":"token-of-mine"}'),
};
for (const [what, bytes] of Object.entries(BROKEN)) {
  Deno.test(`JsonFile sets ${what} aside and goes on with the backup`, async () => {
    await using temp = await TempFolder.make();
    const events: CorruptFile[] = [];
    const file = open(temp.at("a.json"), events);
    await file.update((now) => void now.names.push("kept"));
    await Deno.writeFile(temp.at("a.json"), bytes);

    await file.update((now) => void now.names.push("added"));

    assert.deepEqual(await open(temp.at("a.json")).read(), { names: ["kept", "added"] });
    const aside = temp.at("a.json.corrupt-2026-03-04T05-06-07Z");
    assert.deepEqual(await Deno.readFile(aside), bytes);
    assert.equal(events.length, 1);
    assert.deepEqual({ ...events[0], reason: "" }, {
      path: temp.at("a.json"),
      setAside: aside,
      usedBackup: true,
      reason: "",
    });
    assert.ok(!events[0]!.reason.includes("token-of-mine"));
  });
}

Deno.test("JsonFile starts anew, and says so, when the backup is broken too", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a.json"), "{");
  await Deno.writeTextFile(temp.at("a.json.bak"), "[");
  const events: CorruptFile[] = [];
  const file = open(temp.at("a.json"), events);
  assert.deepEqual(await file.read(), { names: [] });
  assert.equal(events[0]?.usedBackup, false);
  assert.equal(await Deno.readTextFile(events[0].setAside), "{");
  assert.deepEqual(await file.read(), { names: [] });
  assert.equal(events.length, 1);
});

Deno.test("JsonFile keeps every broken content, also of the same second", async () => {
  await using temp = await TempFolder.make();
  const events: CorruptFile[] = [];
  const file = open(temp.at("a.json"), events);
  for (const content of ["{", "["]) {
    await Deno.writeTextFile(temp.at("a.json"), content);
    await file.read();
  }
  const kept = await Promise.all(events.map(({ setAside }) => Deno.readTextFile(setAside)));
  assert.deepEqual(kept, ["{", "["]);
});

Deno.test("JsonFile lets somebody who is writing the file right now finish", async () => {
  await using temp = await TempFolder.make();
  const parts = ['{"na', '{"names":', '{"names":["theirs"]}'];
  const next = () => Deno.writeTextFile(temp.at("a.json"), parts.shift()!);
  await next();
  const events: CorruptFile[] = [];
  const file = open(temp.at("a.json"), events, next);
  assert.deepEqual(await file.read(), { names: ["theirs"] });
  assert.deepEqual(events, []);
});

Deno.test("JsonFile goes on when the owner cannot be told", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a.json"), "{");
  const file = new JsonFile(temp.at("a.json"), {
    schema,
    defaultValue: () => ({ names: [] }),
    onCorrupt: () => Promise.reject(new Error("offline")),
    pause: () => Promise.resolve(),
  });
  assert.deepEqual(await file.read(), { names: [] });
});

Deno.test("JsonFile throws, and sets nothing aside, when the file cannot be opened", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("a.json"));
  await assert.rejects(open(temp.at("a.json")).read());
  assert.deepEqual(await temp.names(), ["a.json"]);
});

Deno.test("JsonFile loses no change of two processes and of two instances in each", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("a.json");
  const count = 150;
  const child = (name: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", worker, "add", path, name, String(count)],
      stderr: "inherit",
    }).output();
  const own = async (name: string) => {
    const file = open(path);
    for (let n = 0; n < 20; n++) {
      await file.update((now) => void now.names.push(`${name}-${n}`));
    }
  };
  const [first, second] = await Promise.all([child("p"), child("q"), own("r"), own("s")]);
  assert.deepEqual([first.success, second.success], [true, true]);
  const { names } = await open(path).read();
  const expected = [["p", count], ["q", count], ["r", 20], ["s", 20]] as const;
  assert.deepEqual(
    names.toSorted(),
    expected.flatMap(([name, n]) => Array.from({ length: n }, (_, i) => `${name}-${i}`)).sort(),
  );
});

Deno.test("JsonFile is whole and free after a process that changed it was killed", async () => {
  await using temp = await TempFolder.make();
  const events: CorruptFile[] = [];
  const file = open(temp.at("a.json"), events);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", worker, "add", temp.at("a.json"), "p", "1000000"],
  }).spawn();
  let seen = 0;
  while (seen < 40) {
    const { names } = await file.read();
    assert.ok(names.length >= seen);
    seen = names.length;
  }
  child.kill("SIGKILL");
  await child.status;
  const { names } = await file.update((now) => void now.names.push("after"));
  assert.deepEqual(names, [...names.slice(0, -1).map((_, n) => `p-${n}`), "after"]);
  assert.deepEqual(events, []);
});
