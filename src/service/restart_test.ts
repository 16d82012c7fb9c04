import assert from "node:assert/strict";
import {
  announceRestart,
  forgetRestartRequest,
  requestRestart,
  restartRequested,
  type RestartSentinel,
  writeRestartSentinel,
} from "./restart.ts";
import { Home } from "../config/home.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

async function withHome(fn: (home: Home) => Promise<void>) {
  await using temp = await TempFolder.make();
  await fn(new Home(temp.path));
}

async function announced(home: Home): Promise<RestartSentinel | undefined> {
  let found: RestartSentinel | undefined;
  await announceRestart(home, (sentinel) => {
    found = sentinel;
    return Promise.resolve();
  });
  return found;
}

Deno.test("restart sentinel stays until it was said", () =>
  withHome(async (home) => {
    await writeRestartSentinel(home, { chatId: 5 });
    await assert.rejects(announceRestart(home, () => Promise.reject(new Error("disk full"))));
    assert.equal((await announced(home))?.chatId, 5);
  }));

Deno.test("restart sentinel comes back once, with its topic", () =>
  withHome(async (home) => {
    const at = new Date("2026-11-23T06:00:00Z");
    await writeRestartSentinel(home, { chatId: 5, threadId: 9, message: "back" }, at);
    assert.deepEqual(await announced(home), {
      chatId: 5,
      threadId: 9,
      message: "back",
      at,
    });
    assert.equal(await announced(home), undefined);
  }));

Deno.test("restart sentinel of the Python original is understood", () =>
  withHome(async (home) => {
    const old = { chat_id: 7, message: "Restart done", timestamp: "2026-01-02T03:04:05+00:00" };
    await Deno.writeTextFile(home.restartSentinelFile, JSON.stringify(old));
    const found = await announced(home);
    assert.equal(found?.chatId, 7);
    assert.equal(found?.message, "Restart done");
    assert.equal(found?.at.toISOString(), "2026-01-02T03:04:05.000Z");
    assert.ok(!("threadId" in found!));
  }));

Deno.test("restart sentinel that makes no sense is removed and tells nobody", () =>
  withHome(async (home) => {
    for (const broken of ["{", "[]", '{"chat_id":"x"}', '{"chat_id":0,"message":"m"}', ""]) {
      await Deno.writeTextFile(home.restartSentinelFile, broken);
      assert.equal(await announced(home), undefined, broken);
      await assert.rejects(Deno.stat(home.restartSentinelFile), Deno.errors.NotFound);
    }
  }));

Deno.test("K3.4 restart: a wish from an earlier life is forgotten, one made during the start is not", () =>
  withHome(async (home) => {
    const before = Date.now() + 10_000;
    await requestRestart(home);
    await forgetRestartRequest(home, before);
    await assert.rejects(Deno.stat(home.restartRequestedFile), Deno.errors.NotFound);
    await requestRestart(home);
    await forgetRestartRequest(home, before - 60_000);
    assert.equal(await restartRequested(home, new AbortController().signal, new FakeClock()), true);
    await assert.rejects(Deno.stat(home.restartRequestedFile), Deno.errors.NotFound, "once");
  }));

Deno.test("restart marker is noticed by who watches for it; watching ends with the signal", () =>
  withHome(async (home) => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const asked = restartRequested(home, stop.signal, clock);
    while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await requestRestart(home);
    await clock.advance(2000);
    assert.equal(await asked, true);
    const again = restartRequested(home, stop.signal, clock);
    stop.abort();
    assert.equal(await again, false);
  }));
