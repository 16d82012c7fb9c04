import assert from "node:assert/strict";
import { follow } from "./logs.ts";
import { duration } from "./status.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

Deno.test("log is followed from where it was, over the change to a new file", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("agent.log");
  const clock = new FakeClock();
  const stop = new AbortController();
  let seen = "";
  /** Lets it look until it has nothing to do. */
  const look = async () => {
    const idle = async () => {
      while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await idle();
    await clock.advance(300);
    await idle();
  };
  await Deno.writeTextFile(path, "old\n");
  const following = follow(path, 4, (text) => seen += text, stop.signal, clock);
  await Deno.writeTextFile(path, "größer\n", { append: true });
  await look();
  assert.equal(seen, "größer\n");
  await Deno.writeTextFile(path, "last\n", { append: true });
  await Deno.rename(path, temp.at("agent.log.1"));
  await Deno.writeTextFile(path, "new file\n");
  await look();
  assert.equal(seen, "größer\nlast\nnew file\n");
  stop.abort();
  await following;
});

Deno.test("log is followed before there is one", async () => {
  await using temp = await TempFolder.make();
  const clock = new FakeClock();
  const stop = new AbortController();
  let seen = "";
  const following = follow(temp.at("agent.log"), 0, (text) => seen += text, stop.signal, clock);
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await Deno.writeTextFile(temp.at("agent.log"), "first\n");
  await clock.advance(300);
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(seen, "first\n");
  stop.abort();
  await following;
});

Deno.test("uptime is written without leading zeros", () => {
  assert.deepEqual(
    [5, 65, 3600, 90_061].map(duration),
    ["5s", "1m", "1h 0m", "1d 1h 1m"],
  );
});
