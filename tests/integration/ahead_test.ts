import assert from "node:assert/strict";
import { join } from "node:path";
import { withBot } from "../support/bot_bench.ts";

Deno.test("ahead: after /new the next session is opened before it is asked for, and used", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    assert.equal(claude.opened.length, 1);
    alice.send("/new");
    await until(() => claude.opened.length === 2);
    assert.equal(claude.opened[1]!.resume, undefined);
    alice.send("two");
    await until(() => texts().some((text) => text.startsWith("You said: two")));
    assert.equal(claude.opened.length, 2, "no further process was started");
  }));

Deno.test("ahead: a start opens the newest conversation's session, to go on with it", () =>
  withBot(async ({ alice, claude, texts, until, stop, start }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    await stop();
    await start();
    await until(() => claude.opened.length === 2);
    assert.ok(claude.opened[1]!.resume, "it goes on");
    alice.send("two");
    await until(() => texts().some((text) => text.startsWith("You said: two")));
    assert.equal(claude.opened.length, 2);
  }));

Deno.test("ahead: what was opened before the memory changed is not used", () =>
  withBot(async ({ alice, claude, texts, until, home }) => {
    alice.send("/new");
    await until(() => claude.opened.length === 1);
    await until(() => texts().length === 1);
    await Deno.writeTextFile(
      join(home.workspaceDir, "memory_system", "MAINMEMORY.md"),
      "# Memory\n\nThe user likes owls.\n",
    );
    alice.send("two");
    await until(() => texts().some((text) => text.startsWith("You said: two")));
    assert.equal(claude.opened.length, 2);
    assert.match(claude.opened[1]!.instructions!, /owls/);
  }));

Deno.test("ahead: nothing is opened where the config says so, or where as many as may be are warm", async () => {
  for (const agents of [{ prewarm: false }, { max_warm: 0 }]) {
    await withBot(async ({ alice, claude, texts, until }) => {
      alice.send("/new");
      await until(() => texts().length === 1);
      alice.send("one");
      await until(() => texts().some((text) => text.startsWith("You said: one")));
      assert.equal(claude.opened.length, 1);
    }, { config: { agents } });
  }
});
