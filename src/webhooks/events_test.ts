import assert from "node:assert/strict";
import { Events } from "./events.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { withoutRewrites } from "../../tests/support/full_disk.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const EVENT = { hook: "h", at: Date.UTC(2026, 10, 23, 12), form: false, body: `{"a":1}` };
const DAY = 24 * 3_600_000;

async function withEvents(
  fn: (open: () => Promise<Events>, clock: FakeClock) => Promise<void>,
): Promise<void> {
  await using folder = await TempFolder.make();
  const clock = new FakeClock();
  await fn(() => Events.open(folder.at("events.jsonl"), () => clock.now()), clock);
}

Deno.test("an accepted event is there after a restart, with how far it had come", async () => {
  await withEvents(async (open) => {
    let events = await open();
    const one = await events.accept({ ...EVENT, key: "h:1" });
    const two = await events.accept({ ...EVENT, form: true });
    await events.began(one, "1001");
    await events.ended(one, "1001");
    await events.began(one, "1002");
    await events.close();
    for (let restart = 0; restart < 2; restart++) {
      events = await open();
      assert.deepEqual(events.open(), [
        {
          ...EVENT,
          id: one.id,
          key: "h:1",
          places: new Map([["1001", "ended"], ["1002", "began"]]),
        },
        { ...EVENT, id: two.id, form: true, places: new Map() },
      ]);
      await events.close();
    }
  });
});

Deno.test("a delivery that was noted while the clock was years ahead is not known for years", () =>
  withEvents(async (open, clock) => {
    const YEAR = 365 * DAY;
    clock.jump(YEAR);
    let events = await open();
    await events.done(await events.accept({ ...EVENT, at: clock.now(), key: "h:1" }), false);
    clock.jump(-YEAR);
    await events.done(await events.accept({ ...EVENT, at: clock.now(), key: "h:2" }), false);
    await events.close();
    events = await open();
    assert.equal(events.known("h:1"), undefined);
    assert.notEqual(events.known("h:2"), undefined);
    clock.jump(DAY);
    assert.equal(events.known("h:2"), undefined, "nor does it keep others");
    await events.close();
  }));

Deno.test("a delivery is known for 24 hours, also after restarts", async () => {
  await withEvents(async (open, clock) => {
    let events = await open();
    const event = await events.accept({ ...EVENT, at: clock.now(), key: "h:1" });
    await events.done(event, false);
    await events.close();
    await clock.advance(DAY - 1);
    events = await open();
    assert.equal(await events.known("h:1"), event.id);
    assert.deepEqual(events.open(), []);
    await clock.advance(1);
    assert.equal(events.known("h:1"), undefined);
    await events.close();
  });
});

Deno.test("what came to nothing may be delivered once more", async () => {
  await withEvents(async (open) => {
    let events = await open();
    const event = await events.accept({ ...EVENT, key: "h:1" });
    assert.equal(await events.known("h:1"), event.id);
    await events.done(event, true);
    assert.equal(events.known("h:1"), undefined);
    await events.close();
    events = await open();
    assert.equal(events.known("h:1"), undefined);
    await events.close();
  });
});

Deno.test("a repeat that comes while the first is being written waits for it", async () => {
  await withEvents(async (open) => {
    const events = await open();
    const first = events.accept({ ...EVENT, key: "h:1" });
    const repeat = events.known("h:1");
    assert.notEqual(repeat, undefined);
    assert.equal(await repeat, (await first).id);
    await events.close();
  });
});

Deno.test("what could not be written is not known", async () => {
  await withEvents(async (open) => {
    const events = await open();
    await events.close();
    const failing = events.accept({ ...EVENT, key: "h:1" });
    await assert.rejects(failing);
    assert.equal(await events.known("h:1"), undefined);
    assert.deepEqual(events.open(), []);
  });
});

Deno.test("the file does not grow with what is done", async () => {
  await using folder = await TempFolder.make();
  const clock = new FakeClock();
  const path = folder.at("events.jsonl");
  const events = await Events.open(path, () => clock.now());
  const body = JSON.stringify({ text: "x".repeat(200_000) });
  for (let n = 0; n < 60; n++) {
    await events.done(await events.accept({ ...EVENT, body, key: `h:${n}` }), false);
  }
  assert.ok((await Deno.stat(path)).size < 5 * 1024 * 1024);
  assert.notEqual(await events.known("h:0"), undefined);
  await events.close();
});

Deno.test("K10.4 events: what is stored stays accepted when the file cannot be made shorter", async () => {
  await withEvents(async (open) => {
    const body = JSON.stringify({ text: "x".repeat(1_500_000) });
    let events = await open();
    await withoutRewrites(async () => {
      for (const n of [1, 2, 3, 4]) {
        const key = `h:${n}`;
        const event = await events.accept({ ...EVENT, body, key });
        assert.equal(await events.known(key), event.id);
      }
      await events.done(events.open()[0]!, false);
    });
    await events.close();
    events = await open();
    assert.deepEqual(events.open().map(({ key }) => key), ["h:2", "h:3", "h:4"]);
    await events.close();
  });
});
