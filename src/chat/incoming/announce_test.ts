import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { MediaIntake } from "./intake.ts";

Deno.test("what is larger than Telegram gives a bot is told at once, with the limit", async () => {
  await using temp = await TempFolder.make();
  const said: string[] = [];
  const intake = new MediaIntake({
    api: {} as never,
    token: "1:x",
    apiRoot: "https://api.telegram.org",
    largest: 20 * 1024 * 1024,
    clock: new FakeClock(),
    workspace: temp.path,
    folder: temp.at("files"),
    speaker: { say: (_, markdown) => Promise.resolve(void said.push(markdown)) },
  });
  const file = { kind: "document" as const, fileId: "f", uniqueId: "u", name: "big.iso" };
  const attachments = [{ ...file, size: 21 * 1024 * 1024 }, { ...file, size: 20 * 1024 * 1024 }];
  await intake.announce({
    updateIds: [1],
    address: { chatId: 7 },
    userId: 7,
    text: "",
    attachments,
  });
  assert.equal(said.length, 1);
  assert.match(said[0]!, /cannot open “big\.iso”: it is larger than the 20 MB/);
});
