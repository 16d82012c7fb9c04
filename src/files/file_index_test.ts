import assert from "node:assert/strict";
import { FileIndex } from "./file_index.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("FileIndex lists the files of each date, and only folders that are dates", async () => {
  await using temp = await TempFolder.make();
  const clock = new FakeClock(Date.UTC(2030, 0, 1));
  const index = new FileIndex(temp.path, clock);
  const read = () => Deno.readTextFile(temp.at("_index.yaml"));
  await index.update();
  assert.equal(
    await read(),
    'last_updated: "2030-01-01T00:00:00.000Z"\ntotal_files: 0\ntree: {}\n',
  );

  for (const name of ["2026-11-23", "2026-11-22", "notes"]) await Deno.mkdir(temp.at(name));
  const put = async (path: string, text: string) => {
    await Deno.writeTextFile(temp.at(path), text);
    await Deno.utime(temp.at(path), 1_000_000_000, 1_000_000_000);
  };
  await put("2026-11-23/b.pdf", "four");
  await put('2026-11-23/a "quoted".txt', "x");
  await put("2026-11-23/CLAUDE.md", "rules");
  await put("2026-11-22/c.ogg", "12");
  await put("notes/d.txt", "no");
  await index.update();
  const received = 'received: "2001-09-09T01:46:40.000Z"';
  assert.equal(
    await read(),
    `last_updated: "2030-01-01T00:00:00.000Z"
total_files: 3
tree:
  "2026-11-22":
    - name: "c.ogg"
      type: "audio/ogg"
      size: 2
      ${received}
  "2026-11-23":
    - name: "a \\"quoted\\".txt"
      type: "text/plain"
      size: 1
      ${received}
    - name: "b.pdf"
      type: "application/pdf"
      size: 4
      ${received}
`,
  );

  await Deno.remove(temp.at("2026-11-22"), { recursive: true });
  await Deno.remove(temp.at("2026-11-23/b.pdf"));
  await index.update();
  assert.match(await read(), /total_files: 1\n/);
  assert.doesNotMatch(await read(), /c\.ogg|b\.pdf/);
});
