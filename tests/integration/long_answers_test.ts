/** Answers that are too long for messages. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { withBot } from "../support/bot_bench.ts";

Deno.test("K15.12 long answer: its beginning and the whole as a Markdown file, known secrets masked", async () => {
  await withBot(async ({ alice, claude, server, said, texts, until, bot, home }) => {
    const line = "Some words of a **very** long answer.\n\n";
    const answer = `${line.repeat(3000)}The token is ${server.token}.\n<file:notes.txt>`;
    await Deno.writeTextFile(join(home.workspaceDir, "notes.txt"), "notes");
    claude.script = async function* () {
      for (let at = 0; at < answer.length; at += 5000) {
        yield { type: "text", text: answer.slice(at, at + 5000) };
      }
    };
    alice.send("tell me everything");
    await until(() => said().filter(({ document }) => document).length === 2);
    await bot.settled();
    const [whole, notes] = said().flatMap(({ document }) => document ?? []);
    assert.match(whole!.file_name!, /^answer-.*\.md$/);
    assert.equal(notes!.file_name, "notes.txt");
    const shown = texts().filter((text) => text !== "");
    assert.equal(shown.length, 1);
    assert.match(shown[0]!, /^Some words of a very long.*only the beginning.*file below\.$/s);
    const kept = await Deno.readTextFile(join(home.outputDir, whole!.file_name!));
    const dots = "•".repeat(server.token.length);
    assert.equal(kept, `${line.repeat(3000)}The token is ${dots}.`);
  });
});

Deno.test("K15.12 long answer: with max_messages_per_answer up to that many messages", async () => {
  await withBot(async ({ alice, claude, said, texts, until, bot }) => {
    const answer = "word ".repeat(4000);
    claude.script = async function* () {
      yield { type: "text", text: answer };
    };
    alice.send("five");
    await until(() => texts().length === 5);
    await bot.settled();
    assert.equal(texts().join(" "), answer.trim());
    assert.ok(said().every(({ document }) => !document));
  }, { config: { max_messages_per_answer: 5 } });
});
