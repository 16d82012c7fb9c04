import assert from "node:assert/strict";
import fc from "fast-check";
import type { Model } from "../../agents/agent.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import { panelOf } from "../presses.ts";
import { keyboardOf } from "../buttons.ts";
import { filesView } from "../browse/view.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { effortsView, inRows, modelsView } from "../model/views.ts";
import { pageButtons, pageOf } from "./paging.ts";
import type { View } from "./panel.ts";
import { isBlank } from "../../telegram/render/blank.ts";
import { textOf } from "../../telegram/text.ts";

/** What Telegram would refuse. */
function assertFits({ parts, buttons }: View): void {
  const { text } = textOf(parts);
  assert.ok(text.length > 0 && text.length <= 4096, `${text.length}`);
  const { inline_keyboard: rows } = keyboardOf(buttons);
  assert.ok(rows.flat().length <= 100);
  for (const button of rows.flat()) {
    assert.ok("callback_data" in button);
    const bytes = new TextEncoder().encode(button.callback_data).length;
    assert.ok(bytes >= 1 && bytes <= 64, `${button.callback_data}: ${bytes} bytes`);
    assert.ok(!isBlank(button.text), JSON.stringify(button.text));
  }
}

const NAME = fc.string({ unit: "binary", minLength: 1, maxLength: 255 });
/** Sometimes one that shows nothing. */
const LABEL = fc.oneof(NAME, fc.constantFrom(" ", "\u200b", "\u2800\n"));
const MODEL: fc.Arbitrary<Model> = fc.record({
  id: NAME,
  name: LABEL,
  description: fc.string({ unit: "binary", maxLength: 2000 }),
  efforts: fc.array(LABEL, { maxLength: 8 }),
  isDefault: fc.boolean(),
});
const NOW = {
  provider: "claude" as const,
  model: "opus",
  name: "Opus",
  efforts: { claude: "", codex: "high" },
};

Deno.test("whatever models are called, their panel fits Telegram", () => {
  fc.assert(
    fc.property(fc.array(MODEL, { maxLength: 40 }), fc.nat(10), (models, page) => {
      for (const provider of ["claude", "codex"] as const) {
        assertFits(modelsView(NOW, provider, models, { page, back: true }));
        for (const model of models) assertFits(effortsView(NOW, provider, model, models));
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("whatever files are called, their panel fits Telegram", () => {
  const entry = fc.record({ name: NAME, isDirectory: fc.boolean(), size: fc.nat() });
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 60 }),
      fc.array(NAME, { maxLength: 40 }),
      fc.nat(10),
      (entries, folder, page) => {
        const place = { folder, page, trail: [["elsewhere"]] };
        assertFits(filesView("01234567", place, entries, { root: "~/.ductor" }));
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("pages hold everything once, in order, also when the page is none", () => {
  fc.assert(fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 12 }), (all, size) => {
    const { pages } = pageOf(all, 0, size);
    const seen = Array.from({ length: pages }, (_, page) => pageOf(all, page, size).items).flat();
    assert.deepEqual(seen, all);
  }));
  for (const wanted of [-1, 7, NaN, 0.5]) {
    const { page, items } = pageOf([1, 2, 3], wanted, 2);
    assert.ok(page === 0 || page === 1, `${wanted} gives ${page}`);
    assert.ok(items.length > 0);
  }
});

Deno.test("page buttons go round, and are left out where there is one page", () => {
  const action = (page: number) => `${page}`;
  assert.deepEqual(pageButtons(pageOf([1], 0, 5), action), []);
  const [row] = pageButtons(pageOf([1, 2, 3], 2, 1), action);
  assert.deepEqual(row!.map(({ action }) => action), ["1", "0"]);
});

Deno.test("short buttons share rows evenly, long ones stand alone", () => {
  const rows = (...labels: string[]) =>
    inRows(labels.map((label) => ({ label, action: "" }))).map((row) => row.length);
  const wide = ["✅ Claude Code", "Codex", "Another"].map((label) => ({ label, action: "" }));
  assert.deepEqual(inRows(wide, 2).map((row) => row.length), [2, 1]);
  assert.deepEqual(rows("a", "b"), [2]);
  assert.deepEqual(rows("a", "b", "c"), [3]);
  assert.deepEqual(rows("a", "b", "c", "d"), [2, 2]);
  assert.deepEqual(rows("a", "b", "c", "d", "e"), [3, 2]);
  assert.deepEqual(rows("a", "a much longer one"), [1, 1]);
});

Deno.test("fingerprints are short, the same each time, and differ for what differs", () => {
  const names = Array.from({ length: 20_000 }, (_, n) => `file ${n}.txt`);
  assert.equal(new Set(names.map(fingerprintOf)).size, names.length);
  assert.equal(fingerprintOf("file 1.txt"), fingerprintOf("file 1.txt"));
  for (const name of ["", "ä😀", ...names]) assert.match(fingerprintOf(name), /^[0-9a-z]{2,14}$/);
});

Deno.test("presses on one panel run one after the other, on another at once", async () => {
  const order = new KeyedQueue();
  const on = (message_id: number) => ({ message: { message_id, chat: { id: 1 } } }) as never;
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const slow = order.run(panelOf(on(1)), async () => {
    await first.promise;
    log.push("slow");
    throw new Error("no matter");
  });
  const quick = order.run(panelOf(on(1)), () => Promise.resolve(log.push("quick")));
  await order.run(panelOf(on(2)), () => Promise.resolve(log.push("other")));
  first.resolve();
  await assert.rejects(slow);
  await quick;
  assert.deepEqual(log, ["other", "slow", "quick"]);
});
