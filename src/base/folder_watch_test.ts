import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { type FolderWatchOptions, watchFolders } from "./folder_watch.ts";

/** How time passes: the system needs a moment of its own now and then. */
const STEP_MS = 200;

/** A watch of real folders whose waits are the test's. */
class Rig implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  calls = 0;

  constructor(folders: string[], more: Partial<FolderWatchOptions> = {}) {
    this.#running = watchFolders({
      folders: () => folders,
      changed: () => void this.calls++,
      clock: this.clock,
      signal: this.#stop.signal,
      ...more,
    });
  }

  /** Lets the system tell what it has to tell, and time pass, but less than until the next look anyway. */
  async until(what: () => boolean, most = 50_000): Promise<boolean> {
    for (let passed = 0; passed < most; passed += STEP_MS) {
      if (what()) return true;
      await this.clock.advance(STEP_MS);
    }
    return what();
  }

  /** Waits until the watch has acted at its beginning, and rests. */
  async quiet(): Promise<void> {
    while (this.calls === 0) await settle();
    for (let last = -1; last !== this.calls;) {
      last = this.calls;
      await this.clock.advance(500);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

Deno.test("folder watch: acts at the beginning and after each change that matters", async () => {
  await using temp = await TempFolder.make();
  await using rig = new Rig([temp.path], { concerns: (path) => path.endsWith("a.json") });
  await rig.quiet();
  assert.equal(rig.calls, 1);
  await Deno.writeTextFile(temp.at("b.json"), "no");
  await rig.quiet();
  assert.equal(rig.calls, 1);
  await Deno.writeTextFile(temp.at("a.json"), "yes");
  assert.ok(await rig.until(() => rig.calls === 2));
});

Deno.test("K10.8 folder watch: a folder that is removed and made again is seen again", async () => {
  await using temp = await TempFolder.make();
  const folder = temp.at("watched");
  await Deno.mkdir(folder);
  await using rig = new Rig([folder]);
  await rig.quiet();
  for (let round = 0; round < 3; round++) {
    await Deno.remove(folder, { recursive: true });
    // At once, as programs do that replace a folder; and after a while.
    if (round > 0) await rig.clock.advance(5000);
    await Deno.mkdir(folder);
    await rig.clock.advance(5000);
    await rig.quiet();
    const before = rig.calls;
    await Deno.writeTextFile(join(folder, "news"), String(round));
    assert.ok(await rig.until(() => rig.calls > before), `round ${round}`);
    await rig.quiet();
  }
});

Deno.test("folder watch: a folder that comes later is seen, and what is put into it then", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("one"));
  await using rig = new Rig([temp.at("one"), temp.at("later")]);
  await rig.quiet();
  const before = rig.calls;
  await Deno.mkdir(temp.at("later"));
  assert.ok(await rig.until(() => rig.calls > before, 5000));
  await rig.quiet();
  const then = rig.calls;
  await Deno.writeTextFile(temp.at("later", "news"), "");
  assert.ok(await rig.until(() => rig.calls > then));
});

Deno.test("folder watch: acts every two seconds where the system cannot watch, and all else once a minute", async () => {
  await using temp = await TempFolder.make();
  const blind = () => {
    throw new Error("no more watches");
  };
  await using rig = new Rig([temp.path], { watch: blind });
  while (rig.calls === 0) await settle();
  const began = rig.clock.now();
  assert.ok(await rig.until(() => rig.calls === 5), `${rig.calls}`);
  assert.ok(rig.clock.now() - began >= 8000, "four times two seconds");

  await using other = new Rig([temp.path]);
  while (other.calls === 0) await settle();
  await other.until(() => false, 61_000);
  assert.equal(other.calls, 2);
});

Deno.test("folder watch: what fails is logged and tried again", async () => {
  await using temp = await TempFolder.make();
  let calls = 0;
  await using rig = new Rig([temp.path], {
    changed: () => {
      if (calls++ === 0) throw new Error("no");
    },
  });
  while (calls < 2) await rig.until(() => calls > 1, 1000);
  assert.equal(calls, 2);
});
