import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { acquireFileLock, FileLockError, withFileLock } from "./file_lock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const worker = fileURLToPath(new URL("../../tests/support/store_worker.ts", import.meta.url));

Deno.test("withFileLock() lets one holder at a time run", async () => {
  await using temp = await TempFolder.make();
  let inside = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 10 }, () =>
    withFileLock(temp.at("x.lock"), async () => {
      most = Math.max(most, ++inside);
      await Deno.stat(temp.path);
      inside--;
    })));
  assert.equal(most, 1);
});

Deno.test("withFileLock() gives the lock back when the function throws", async () => {
  await using temp = await TempFolder.make();
  const fail = () => Promise.reject(new Error("inside"));
  await assert.rejects(withFileLock(temp.at("x.lock"), fail), /inside/);
  assert.equal(await withFileLock(temp.at("x.lock"), () => 1), 1);
});

Deno.test("withFileLock() gives up in time, or when aborted, and holds nothing then", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("x.lock");
  const held = await acquireFileLock(path);
  await assert.rejects(withFileLock(path, () => {}, { timeoutMs: 1 }), FileLockError);
  const controller = new AbortController();
  const waiting = withFileLock(path, () => {}, { signal: controller.signal });
  controller.abort(new Error("stop"));
  await assert.rejects(waiting, /stop/);
  held[Symbol.dispose]();
  assert.equal(await withFileLock(path, () => "free"), "free");
});

Deno.test("withFileLock() locks the file that has the name, not one that was removed", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("x.lock");
  const first = await acquireFileLock(path);
  const second = acquireFileLock(path);
  await Deno.remove(path);
  const third = await acquireFileLock(path); // Makes the file anew.
  first[Symbol.dispose](); // The second gets the removed file, sees it and queues behind the third.
  const order: string[] = [];
  const done = second.then((lock) => {
    order.push("second");
    lock[Symbol.dispose]();
  });
  order.push("third");
  third[Symbol.dispose]();
  await done;
  assert.deepEqual(order, ["third", "second"]);
});

Deno.test("withFileLock() waits for another process and gets the lock when that is killed", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("x.lock");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", worker, "hold", path],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  await assert.rejects(withFileLock(path, () => {}, { timeoutMs: 1 }), FileLockError);
  const waiting = withFileLock(path, () => "mine");
  child.kill("SIGKILL");
  assert.equal(await waiting, "mine");
  await child.status;
  await reader.cancel();
});
