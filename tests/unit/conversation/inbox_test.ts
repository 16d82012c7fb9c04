import assert from "node:assert/strict";
import { join } from "node:path";
import { Inbox } from "../../../src/conversation/inbox.ts";

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
    await inbox.park([3, 5], new Date(1000));
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
