import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type DamagedJournal, Journal } from "./journal.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const schema = z.looseObject({ n: z.number() });

function open(path: string, events: DamagedJournal[] = []) {
  return Journal.open(path, schema, {
    onDamaged: (event) => void events.push(event),
    now: () => new Date("2026-03-04T05:06:07Z"),
  });
}

async function numbers(path: string): Promise<number[]> {
  await using journal = await open(path);
  return journal.records().map(({ n }) => n);
}

Deno.test("Journal gives back what was appended, in order, after it was opened again", async () => {
  await using temp = await TempFolder.make();
  {
    await using journal = await open(temp.at("j"));
    assert.deepEqual(journal.records(), []);
    await journal.append({ n: 1, text: "line\nbreak" }, { n: 2 });
    await journal.append({ n: 3 });
    assert.equal(journal.size, (await Deno.stat(temp.at("j"))).size);
  }
  await using journal = await open(temp.at("j"));
  assert.deepEqual(journal.records(), [{ n: 1, text: "line\nbreak" }, { n: 2 }, { n: 3 }]);
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(temp.at("j"))).mode! & 0o777, 0o600);
  }
});

Deno.test("Journal is on the disk before append() resolves, and a burst shares few syncs", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  const original = Deno.FsFile.prototype.syncData;
  let syncs = 0;
  Deno.FsFile.prototype.syncData = function () {
    syncs++;
    return original.call(this);
  };
  try {
    const appends = Array.from({ length: 100 }, (_, n) => journal.append({ n }));
    assert.equal(syncs, 0);
    await appends[0];
    assert.equal(syncs, 1);
    await Promise.all(appends);
    assert.ok(syncs <= 2, `${syncs} syncs`);
  } finally {
    Deno.FsFile.prototype.syncData = original;
  }
  assert.deepEqual(await numbers(temp.at("j")), Array.from({ length: 100 }, (_, n) => n));
});

const TAILS: Record<string, Uint8Array> = {
  "a torn last line": new TextEncoder().encode('{"n":3,"te'),
  "a last line without its end": new TextEncoder().encode('{"n":3}'),
  "a tail of NULs": new Uint8Array(4096),
  "half a character": new Uint8Array([0x22, 0xc3]),
};
for (const [what, tail] of Object.entries(TAILS)) {
  Deno.test(`Journal cuts off ${what} and goes on behind the last whole record`, async () => {
    await using temp = await TempFolder.make();
    await Deno.writeTextFile(temp.at("j"), '{"n":1}\n{"n":2}\n');
    await Deno.writeFile(temp.at("j"), tail, { append: true });
    const events: DamagedJournal[] = [];
    {
      await using journal = await open(temp.at("j"), events);
      assert.deepEqual(journal.records(), [{ n: 1 }, { n: 2 }]);
      assert.equal(journal.size, 16);
      await journal.append({ n: 4 });
    }
    assert.equal(await Deno.readTextFile(temp.at("j")), '{"n":1}\n{"n":2}\n{"n":4}\n');
    assert.deepEqual(events, []);
  });
}

Deno.test("Journal opens a file of zero bytes", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("j"), "");
  await using journal = await open(temp.at("j"));
  assert.deepEqual(journal.records(), []);
  assert.equal(journal.size, 0);
});

Deno.test("Journal keeps broken lines of the middle aside and tells about them", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("j"), '{"n":1}\n\0\0\0{"n"\n{"n":"two"}\n{"n":3}\n{"n"');
  const events: DamagedJournal[] = [];
  {
    await using journal = await open(temp.at("j"), events);
    assert.deepEqual(journal.records(), [{ n: 1 }, { n: 3 }]);
    await journal.append({ n: 4 });
  }
  const aside = temp.at("j.damaged-2026-03-04T05-06-07Z");
  assert.deepEqual(events, [{ path: temp.at("j"), setAside: aside, lines: 2 }]);
  assert.equal(await Deno.readTextFile(aside), '\0\0\0{"n"\n{"n":"two"}\n');
  assert.deepEqual(await numbers(temp.at("j")), [1, 3, 4]);
});

Deno.test("Journal survives being cut at every single byte", async () => {
  await using temp = await TempFolder.make();
  const whole = '{"n":1,"t":"é"}\n{"n":2}\n{"n":3}\n';
  const bytes = new TextEncoder().encode(whole);
  for (let length = 0; length <= bytes.length; length++) {
    await Deno.writeFile(temp.at("j"), bytes.subarray(0, length));
    const lines = bytes.subarray(0, length).filter((byte) => byte === 10).length;
    assert.deepEqual(await numbers(temp.at("j")), [1, 2, 3].slice(0, lines), `${length} bytes`);
  }
});

for (const step of ["write", "syncData"] as const) {
  Deno.test(`Journal is as before when ${step} fails on a full disk, and works again later`, async () => {
    await using temp = await TempFolder.make();
    await using journal = await open(temp.at("j"));
    await journal.append({ n: 1 });
    const original = Deno.FsFile.prototype[step];
    // A full disk takes some bytes before it refuses.
    Deno.FsFile.prototype[step] = async function (this: Deno.FsFile, bytes?: Uint8Array) {
      if (bytes) this.writeSync(bytes.subarray(0, 3));
      await Promise.resolve();
      throw new Error("No space left on device");
    } as never;
    try {
      await assert.rejects(journal.append({ n: 2 }), /No space left/);
    } finally {
      Object.assign(Deno.FsFile.prototype, { [step]: original });
    }
    assert.equal(await Deno.readTextFile(temp.at("j")), '{"n":1}\n');
    await journal.append({ n: 3 });
    assert.deepEqual(await numbers(temp.at("j")), [1, 3]);
  });
}

Deno.test("Journal rewrites its content and appends behind it", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  await journal.append({ n: 1 }, { n: 2 }, { n: 3 });
  await journal.rewrite([{ n: 3 }]);
  assert.equal(journal.size, 8);
  await journal.append({ n: 4 });
  assert.deepEqual(await numbers(temp.at("j")), [3, 4]);
  assert.deepEqual(await temp.names(), ["j"]);
});

Deno.test("Journal writes appends made before a rewrite first and later ones after it", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  const seen: number[] = [];
  const before = journal.append({ n: 1 }).then(() => seen.push(1));
  const rewrite = journal.rewrite(() => {
    assert.deepEqual(seen, [1]);
    return [{ n: 10 }];
  });
  const after = journal.append({ n: 2 });
  await Promise.all([before, rewrite, after]);
  assert.deepEqual(await numbers(temp.at("j")), [10, 2]);
});

Deno.test("Journal keeps its content when a rewrite fails", async () => {
  await using temp = await TempFolder.make();
  await using journal = await open(temp.at("j"));
  await journal.append({ n: 1 });
  const fail = () => {
    throw new Error("no");
  };
  await assert.rejects(journal.rewrite(fail), /no/);
  const original = Deno.rename;
  Deno.rename = () => Promise.reject(new Error("busy"));
  try {
    await assert.rejects(journal.rewrite([]), /busy/);
  } finally {
    Deno.rename = original;
  }
  await journal.append({ n: 2 });
  assert.deepEqual(await numbers(temp.at("j")), [1, 2]);
});

Deno.test("Journal finishes what is pending when it is closed, then refuses more", async () => {
  await using temp = await TempFolder.make();
  const journal = await open(temp.at("j"));
  const pending = journal.append({ n: 1 });
  await journal.close();
  await pending;
  await journal.close();
  await assert.rejects(journal.append({ n: 2 }), /closed/);
  await assert.rejects(journal.rewrite([]), /closed/);
  assert.deepEqual(await numbers(temp.at("j")), [1]);
});

Deno.test("Journal has every acknowledged record after its process was killed", async () => {
  await using temp = await TempFolder.make();
  const worker = fileURLToPath(new URL("../../tests/support/store_worker.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", worker, "append", temp.at("j")],
    stdout: "piped",
  }).spawn();
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (said.length < 300 && said.length + chunk.length >= 300) child.kill("SIGKILL");
    said += chunk;
  }
  await child.status;
  const acknowledged = said.split("\n").slice(0, -1).map(Number);
  await using journal = await Journal.open(temp.at("j"), z.number());
  const found = journal.records();
  assert.deepEqual(found.slice(0, acknowledged.length), acknowledged);
  // What was on its way may be there too: one record at the most, as they are appended singly.
  assert.ok(found.length <= acknowledged.length + 1, `${found.length} of ${acknowledged.length}`);
});
