import assert from "node:assert/strict";
import { join } from "node:path";
import { ALICE, BOB, type BotBench, withBot } from "../../../tests/support/bot_bench.ts";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

/** A bot can only write to people who have written to it. */
async function meet({ alice, bob, texts, until }: BotBench): Promise<void> {
  alice.send("/interrupt");
  bob.send("/interrupt");
  await until(() => [ALICE, BOB].every((chat) => texts(chat).length === 1));
}

const told = ({ texts }: BotBench, chat = ALICE) => texts(chat).slice(1);

Deno.test("ductor send with a running bot: the message arrives once, where it was called from", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const run = ductorOn(bench.home.root, { DUCTOR_CHAT_ID: String(ALICE) });
    const sent = await run("send", "The backup", "is **done**.");
    assert.deepEqual([sent.code, sent.json.bot_running, sent.json.taken], [0, true, true]);
    await bench.until(() => told(bench).length > 0);
    assert.equal((await run("send", "--everyone", "For all")).code, 0);
    assert.equal((await run("send", "--chat", String(BOB), "For Bob")).code, 0);
    await bench.until(() => told(bench, BOB).length === 2);
    await bench.bot.settled();
    await bench.stop();
    await bench.start();
    await bench.bot.settled();
    assert.deepEqual(told(bench), ["The backup is done.", "For all"]);
    assert.deepEqual(told(bench, BOB), ["For all", "For Bob"]);
    assert.equal(bench.claude.turns.length, 0);
  });
});

Deno.test("ductor send without a bot says that it is queued; it arrives once at the next start", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    await bench.bot.settled();
    await bench.stop();
    const run = ductorOn(bench.home.root);
    const sent = await run("send", "While you were away", "--chat", String(ALICE));
    assert.deepEqual([sent.code, sent.json.bot_running, sent.json.taken], [0, false, false]);
    assert.match(sent.json.note, /queued.*when it starts/);
    await bench.start();
    await bench.until(() => told(bench).length > 0);
    await bench.bot.settled();
    await bench.stop();
    await bench.start();
    await bench.bot.settled();
    assert.deepEqual(told(bench), ["While you were away"]);
  });
});

Deno.test("ductor send --file: the file arrives with its bytes", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const path = join(bench.home.outputDir, "report ü.csv");
    await Deno.mkdir(bench.home.outputDir, { recursive: true });
    await Deno.writeTextFile(path, "a;b\n1;2\n");
    const run = ductorOn(bench.home.root, { DUCTOR_CHAT_ID: String(ALICE) });
    const sent = await run("send", "--file", path, "The report.");
    assert.deepEqual([sent.code, sent.json.files], [0, [path]]);
    const document = () => bench.said().find((message) => message.document)?.document;
    await bench.until(() => document() !== undefined);
    assert.equal(document()!.file_name, "report ü.csv");
    const { bytes } = bench.server.file(document()!.file_id)!;
    assert.equal(new TextDecoder().decode(bytes), "a;b\n1;2\n");
    assert.ok(bench.texts().includes("The report."));
  });
});

Deno.test("ductor send refuses what cannot be sent, and queues nothing", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const cases: [string[], number, RegExp][] = [
    [[], 1, /nothing to send/],
    [["x", "--file", "/no/such"], 1, /no file/],
    [["x", "--file", temp.path], 1, /is a folder/],
    [["x", "--chat", "alice"], 2, /number of a chat/],
  ];
  await Promise.all(cases.map(async ([args, code, reason]) => {
    const ran = await run("send", ...args);
    assert.equal(ran.code, code, ran.stdout + ran.stderr);
    assert.match(ran.json?.error ?? ran.stderr, reason);
  }));
  const left = await Array.fromAsync(Deno.readDir(temp.at("home", "state", "outgoing")))
    .catch(() => []);
  assert.deepEqual(left, []);
});
