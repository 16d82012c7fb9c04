import assert from "node:assert/strict";
import { OutboxJournal } from "./outbox_journal.ts";
import type { OutboxRecord } from "./outbox_records.ts";
import { withoutAppends } from "../../tests/support/full_disk.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const content = { pieces: [{ text: "done", entities: [] }] } as never;
const shown = (id: string, message: number, text = "so far"): OutboxRecord => ({
  k: "shown",
  id,
  chat: 1,
  index: 0,
  message,
  piece: { text, entities: [] },
});
const final = (id: string): OutboxRecord => ({ k: "final", id, chat: 1, content, named: true });

Deno.test("outbox journal: a final counts only when it is on disk; what was shown before it stays", async () => {
  await using temp = await TempFolder.make();
  const { journal } = await OutboxJournal.open(temp.at("j"));
  await journal.append(shown("a", 5));
  await withoutAppends(async () => {
    for (const id of ["a", "b"]) {
      const failing = journal.append(final(id));
      assert.ok(journal.has(id), "it counts while it is being written");
      await assert.rejects(failing, /No space left/);
      assert.equal(journal.has(id), false);
    }
  });
  await journal.append(shown("a", 5, "more"));
  await journal.close();
  const { journal: after, left } = await OutboxJournal.open(temp.at("j"));
  await after.close();
  assert.deepEqual(left, [
    {
      id: "a",
      target: { chatId: 1 },
      messages: [{ messageId: 5, piece: { text: "more", entities: [] } }],
    },
  ]);
});

Deno.test("outbox journal: what Telegram has counts, also when that could not be written", async () => {
  await using temp = await TempFolder.make();
  const { journal } = await OutboxJournal.open(temp.at("j"));
  await journal.append(final("a"));
  await withoutAppends(() => assert.rejects(journal.append({ k: "done", id: "a", named: true })));
  assert.ok(journal.isDone("a"));
  await journal.close();
});

Deno.test("outbox journal: a file of edits becomes as long as what they came to", async () => {
  await using temp = await TempFolder.make();
  const { journal } = await OutboxJournal.open(temp.at("j"));
  const text = "x".repeat(4000);
  for (let edit = 0; edit < 600; edit++) await journal.append(shown("a", 5, `${text}${edit}`));
  assert.ok((await Deno.stat(temp.at("j"))).size < 1_100_000);
  await journal.close();
  const { journal: after, left } = await OutboxJournal.open(temp.at("j"));
  await after.close();
  assert.equal(left[0]?.messages[0]?.piece.text, `${text}599`);
  assert.ok((await Deno.stat(temp.at("j"))).size < 5000);
});

Deno.test("outbox journal: opens what earlier versions wrote", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(
    temp.at("j"),
    [
      '{"k":"done","id":"old","named":true}',
      '{"k":"final","id":"a","chat":1,"thread":7,"content":{"pieces":[]},"reply":3}',
      '{"k":"try","id":"a","chat":1,"thread":7,"index":0,"after":41}',
      '{"k":"shown","id":"b","chat":2,"index":0,"message":9,"piece":{"text":"x"},"left":"stopped"}',
      "",
    ].join("\n"),
  );
  for (let restart = 0; restart < 2; restart++) {
    const { journal, left } = await OutboxJournal.open(temp.at("j"));
    assert.ok(journal.isDone("old"));
    assert.equal(journal.known(1).sure, false);
    assert.deepEqual(left.map(({ id, target, tried, ifLeft }) => ({ id, target, tried, ifLeft })), [
      {
        id: "a",
        target: { chatId: 1, threadId: 7 },
        // It cannot be made again exactly so, nor looked for.
        tried: undefined,
        ifLeft: undefined,
      },
      { id: "b", target: { chatId: 2 }, tried: undefined, ifLeft: "stopped" },
    ]);
    assert.equal(left[0]!.reply, 3);
    await journal.close();
  }
});
