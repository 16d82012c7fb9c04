import assert from "node:assert/strict";
import { join } from "node:path";
import { Inbox } from "./inbox.ts";
import { withoutAppends } from "../../tests/support/full_disk.ts";

type U = { update_id: number; text: string };
const update = (update_id: number): U => ({ update_id, text: `message ${update_id}` });

async function withFolder(fn: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await fn(join(folder, "inbox.jsonl"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("inbox takes an update once, also across restarts and after it is done", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    assert.deepEqual(await inbox.accept([update(1), update(1), update(2)]), [update(1), update(2)]);
    assert.deepEqual(await inbox.accept([update(2)]), []);
    await inbox.done([1]);
    await inbox.close();
    inbox = await Inbox.open<U>(path);
    assert.deepEqual(await inbox.accept([update(1), update(2), update(3)]), [update(3)]);
    await inbox.close();
  }));

Deno.test("inbox keeps what is not done, in order, with how far it came", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 2, 3, 4, 5].map(update));
    await inbox.started([2], "turn");
    await inbox.started([3, 5], "turn");
    await inbox.park([3, 5]);
    assert.ok(await inbox.decide({ ids: [3, 5], to: "parked", until: 1000 }));
    await inbox.done([4]);
    for (let i = 0; i < 2; i++) {
      await inbox.close();
      inbox = await Inbox.open<U>(path);
      assert.deepEqual(inbox.entries(), [
        { update: update(1), state: "waiting" },
        { update: update(2), state: "started", turn: "turn" },
        { update: update(3), state: "parked", parked: { ids: [3, 5], until: 1000 } },
        { update: update(5), state: "parked", parked: { ids: [3, 5], until: 1000 } },
      ]);
    }
    await inbox.close();
  }));

Deno.test("inbox stays small however many updates pass through", () =>
  withFolder(async (path) => {
    const inbox = await Inbox.open<U>(path);
    for (let batch = 0; batch < 120; batch++) {
      const ids = Array.from({ length: 100 }, (_, i) => batch * 100 + i);
      await inbox.accept(ids.map(update));
      await inbox.done(ids);
    }
    assert.ok((await Deno.stat(path)).size < 400_000);
    assert.deepEqual(await inbox.accept([update(11_999)]), []);
    await inbox.close();
  }));

/** The lines of the journal. */
const lines = async (path: string) => (await Deno.readTextFile(path)).split("\n").slice(0, -1);

for (const to of ["waiting", "parked", "done"] as const) {
  Deno.test(`K15.2 inbox: a decision (${to}) and the end of its press are one record, torn or whole`, () =>
    withFolder(async (path) => {
      let inbox = await Inbox.open<U>(path);
      await inbox.accept([1, 2, 3, 9].map(update));
      await inbox.started([1, 2], "turn");
      await inbox.park([1, 2]);
      const before = await Deno.readTextFile(path);
      const until = to === "parked" ? { until: 1000 } : {};
      const press = { id: 9, message: 77 };
      assert.ok(await inbox.decide({ ids: [1, 2], to, ...until, press }));
      const decided = inbox.entries();
      const after = await Deno.readTextFile(path);
      assert.equal((await lines(path)).length, before.split("\n").length);
      await inbox.close();
      for (let end = before.length; end <= after.length; end++) {
        await Deno.writeTextFile(path, after.slice(0, end));
        inbox = await Inbox.open<U>(path);
        if (end < after.length) {
          assert.equal(inbox.get(1)?.state, "parked");
          assert.equal(inbox.get(9)?.state, "waiting");
          assert.deepEqual(inbox.get(2)?.parked, { ids: [1, 2] });
        } else {
          // And again from the shorter journal that opening it has written.
          for (let i = 0; i < 2; i++) {
            assert.deepEqual(inbox.entries(), decided);
            assert.deepEqual([inbox.get(9), inbox.isDone(9)], [undefined, true]);
            assert.deepEqual(await inbox.accept([update(9)]), []);
            await inbox.close();
            inbox = await Inbox.open<U>(path);
          }
        }
        await inbox.close();
      }
    }));
}

Deno.test("K15.2 inbox: what is put back waits behind what came before the press", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 2, 3].map(update));
    await inbox.park([1]);
    await inbox.decide({ ids: [1], to: "waiting", press: { id: 3, message: 77 } });
    await inbox.accept([update(4)]);
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(inbox.entries(), [
        { update: update(2), state: "waiting" },
        { update: update(1), state: "waiting", parked: { ids: [1], pressed: [77] } },
        { update: update(4), state: "waiting" },
      ]);
      await inbox.close();
      inbox = await Inbox.open<U>(path);
    }
    await inbox.close();
  }));

Deno.test("K15.3 inbox: of two presses at the same time the first decides, and both end", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 8, 9].map(update));
    await inbox.park([1]);
    const decisions = await Promise.all([
      inbox.decide({ ids: [1], to: "waiting", press: { id: 8, message: 77 } }),
      inbox.decide({ ids: [1], to: "done", press: { id: 9, message: 78 } }),
    ]);
    assert.deepEqual(decisions, [true, false]);
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(inbox.entries().map(({ state }) => state), ["waiting"]);
      await inbox.close();
      inbox = await Inbox.open<U>(path);
    }
    await inbox.close();
  }));

Deno.test("K15.3 inbox: a message's buttons decide once, however often the request is parked after it", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 8].map(update));
    const press = (message: number) =>
      inbox.decide({ ids: [1], to: "waiting", press: { id: 8, message } });
    await inbox.started([1], "first");
    assert.equal(await press(77), false, "what runs is not decided about");
    await inbox.park([1]);
    assert.equal(await press(77), true);
    await inbox.started([1], "second");
    await inbox.close();
    inbox = await Inbox.open<U>(path);
    assert.deepEqual(inbox.entries(), [{
      update: update(1),
      state: "started",
      turn: "second",
      parked: { ids: [1], pressed: [77] },
    }]);
    await inbox.park([1]);
    assert.equal(await press(77), false);
    assert.equal(await press(78), true);
    await inbox.done([1]);
    assert.equal(await press(79), false);
    await inbox.close();
  }));

Deno.test("inbox opens what earlier versions wrote", () =>
  withFolder(async (path) => {
    await Deno.writeTextFile(
      path,
      [
        '{"k":"done","id":1}',
        '{"k":"update","id":2,"update":{"update_id":2,"text":"message 2"}}',
        '{"k":"started","id":2}',
        '{"k":"update","id":3,"update":{"update_id":3,"text":"message 3"}}',
        '{"k":"parked","id":3,"ids":[3],"until":1000}',
        "",
      ].join("\n"),
    );
    const inbox = await Inbox.open<U>(path);
    assert.deepEqual(inbox.entries(), [
      { update: update(2), state: "started" },
      { update: update(3), state: "parked", parked: { ids: [3], until: 1000 } },
    ]);
    assert.ok(await inbox.decide({ ids: [3], to: "waiting" }));
    await inbox.close();
  }));

Deno.test("K15.2 inbox: what a full disk did not let be parked can be decided about, and stays so", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 9].map(update));
    await inbox.started([1], "turn");
    await withoutAppends(() => assert.rejects(inbox.park([1]), /No space/));
    assert.ok(
      await inbox.decide({ ids: [1], to: "waiting", press: { id: 9, message: 77 } }),
    );
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(inbox.entries(), [
        { update: update(1), state: "waiting", parked: { ids: [1], pressed: [77] } },
      ]);
      await inbox.close();
      inbox = await Inbox.open<U>(path);
    }
    await inbox.close();
  }));

Deno.test("K11.9 inbox: a request that waited for a person waits in its old place, over restarts", () =>
  withFolder(async (path) => {
    let inbox = await Inbox.open<U>(path);
    await inbox.accept([1, 2, 3].map(update));
    await inbox.started([1, 2], "turn");
    await inbox.asking([1, 2]);
    for (let i = 0; i < 2; i++) {
      await inbox.close();
      inbox = await Inbox.open<U>(path);
      const parked = { ids: [1, 2], asking: true };
      assert.deepEqual(inbox.entries().map(({ state, parked }) => ({ state, parked })), [
        { state: "waiting", parked },
        { state: "waiting", parked },
        { state: "waiting", parked: undefined },
      ]);
    }
    // From here on it is a turn as any other.
    await inbox.started([1, 2], "next");
    await inbox.park([1, 2]);
    assert.deepEqual(inbox.get(1)?.parked, { ids: [1, 2] });
    await inbox.close();
  }));
