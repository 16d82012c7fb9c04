import assert from "node:assert/strict";
import { Outbox } from "./outbox.ts";
import { OutboxJournal } from "./outbox_journal.ts";
import { FakeApi, type Trouble } from "../../tests/support/fake_api.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("K3.1 outbox: a final waits for as long as the token is refused, and is sent once", async () => {
  await using temp = await TempFolder.make();
  const { journal } = await OutboxJournal.open(temp.at("outbox"));
  const api = new FakeApi();
  const clock = new FakeClock();
  const outbox = new Outbox({ api: api.api, journal, editIntervalMs: () => 2000, clock });
  const refused: Trouble = { code: 401, description: "Unauthorized" };
  const gone: Trouble = { code: 404, description: "Not Found" };
  api.troubles.push(...Array.from({ length: 30 }, (_, n) => n % 2 === 0 ? refused : gone));
  const pieces = ["one", "two"].map((text) => ({ text, entities: [] }));
  const post = await outbox.send({ chatId: 42 }, { pieces });
  let how: string | undefined;
  post.delivered.then((outcome) => how = outcome);
  while (how === undefined) await clock.advance(60_000);
  assert.equal(how, "delivered");
  assert.deepEqual(api.texts(), ["one", "two"]);
  outbox.close();
  await journal.close();
});
