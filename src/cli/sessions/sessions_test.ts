import assert from "node:assert/strict";
import { delimiter, dirname } from "node:path";
import { ALICE, withBot } from "../../../tests/support/bot_bench.ts";
import { buttonsOf } from "../../../tests/support/buttons.ts";
import { type Answered, ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

const ID = (n: number) => `${n}0000000-0000-4000-8000-000000000000`;

/** A machine with Claude Code, which keeps two sessions in `shop` and one elsewhere. */
async function withStore(
  fn: (
    shop: string,
    run: (home: string, ...args: string[]) => Promise<Answered>,
  ) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  const shop = temp.at("shop");
  await Deno.mkdir(shop);
  const keep = async (n: number, folder: string, title: string) => {
    const path = temp.at("claude", "projects", `p${n}`, `${ID(n)}.jsonl`);
    await Deno.mkdir(dirname(path), { recursive: true });
    const line = { type: "user", message: { role: "user", content: title }, cwd: folder };
    await Deno.writeTextFile(path, JSON.stringify(line) + "\n");
    await Deno.utime(path, n, n);
  };
  await keep(1, shop, "The older one");
  await keep(2, shop, "Fix the till");
  await keep(3, temp.path, "Elsewhere");
  await Deno.mkdir(temp.at("bin"));
  await Deno.writeTextFile(temp.at("bin/claude"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await fn(shop, (home, ...args) =>
    ductorOn(home, {
      CLAUDE_CONFIG_DIR: temp.at("claude"),
      PATH: [temp.at("bin"), dirname(Deno.execPath()), "/usr/bin", "/bin"].join(delimiter),
    })(...args));
}

Deno.test("ductor sessions: those of a folder or of all, the newest first", () =>
  withStore(async (shop, run) => {
    await using home = await TempFolder.make();
    const { code, json } = await run(home.path, "sessions", shop);
    assert.equal(code, 0);
    assert.deepEqual(json.sessions, [
      {
        id: ID(2),
        title: "Fix the till",
        folder: shop,
        messages: 1,
        provider: "claude",
        updated: "1970-01-01T00:00:02.000Z",
        open: false,
      },
      {
        id: ID(1),
        title: "The older one",
        folder: shop,
        messages: 1,
        provider: "claude",
        updated: "1970-01-01T00:00:01.000Z",
        open: false,
      },
    ]);
    const all = await run(home.path, "sessions", "--all");
    assert.deepEqual(all.json.sessions.map(({ id }: { id: string }) => id), [3, 2, 1].map(ID));
  }));

Deno.test("ductor handoff: the phone gets the session, with Continue here", () =>
  withStore((shop, run) =>
    withBot(async (bench) => {
      bench.alice.send("/interrupt");
      await bench.until(() => bench.texts().length === 1);
      bench.claude.stored = [
        { id: ID(2), title: "Fix the till", folder: shop, updated: Date.now() },
      ];
      const handed = await run(bench.home.root, "handoff", ID(2).slice(0, 8));
      assert.deepEqual([handed.code, handed.json.session_id], [0, ID(2)], handed.stdout);
      await bench.until(() => bench.texts().length === 2);
      assert.match(bench.texts()[1]!, /^📲 From your terminal: Fix the till\n/);
      const message = bench.said().at(-1)!;
      assert.equal(message.chat.id, ALICE);
      const button = buttonsOf(message).find(({ text }) => /Continue here/.test(text))!;
      await bench.alice.press(message.message_id, button.data);
      await bench.until(() => /^▶ Going on with Fix the till/.test(bench.texts().at(-1)!));
      await bench.bot.settled();
      bench.alice.send("hello");
      await bench.until(() => bench.claude.opened.length === 1);
      assert.equal(bench.claude.opened[0]?.resume, ID(2));
    })
  ));

Deno.test("ductor handoff: without a bot, or without such a session, it says so and leaves nothing", () =>
  withStore(async (_shop, run) => {
    await using home = await TempFolder.make();
    const wrong = [
      [["handoff", ID(1)], /The bot is not running.*ductor start/],
      [["handoff", "77"], /There is no session 77/],
      [["handoff"], /There is no session in /],
    ] as const;
    for (const [args, why] of wrong) {
      const { code, json, stderr } = await run(home.path, ...args);
      assert.equal(code, 1);
      assert.match(json?.error ?? stderr, why);
    }
    const left = await Array.fromAsync(Deno.readDir(home.at("state", "requests"))).catch(() => []);
    assert.deepEqual(left, []);
  }));
