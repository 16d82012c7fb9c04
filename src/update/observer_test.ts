import assert from "node:assert/strict";
import { UpdateObserver } from "./observer.ts";
import type { Release } from "./releases.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const HOUR = 3_600_000;

function release(version: string): Release {
  return { version, notes: "", page: undefined, files: new Map() };
}

class Rig {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly observer: UpdateObserver;
  looks = 0;
  /** What the next looks find, by their number from 1 on. */
  constructor(file: string, find: (look: number) => Release | undefined) {
    this.observer = new UpdateObserver({
      file,
      version: "1.0.0",
      clock: this.clock,
      wanted: () => true,
      newerThan: () => {
        try {
          return Promise.resolve(find(++this.looks));
        } catch (error) {
          return Promise.reject(error);
        }
      },
      notify: ({ version }) => {
        this.told.push(version);
        return Promise.resolve();
      },
    });
  }

  /** Runs until so many looks are done. */
  async run(looks: number): Promise<void> {
    const stop = new AbortController();
    const running = this.observer.run(stop.signal);
    await this.clock.advance(59_000);
    assert.equal(this.looks, 0, "it looked before a minute was over");
    await this.clock.advance(1000);
    for (let n = 1; n <= looks; n++) {
      await until(() => this.looks === n && this.clock.sleeping === 1, `look ${n}`);
      if (n < looks) await this.clock.advance(HOUR);
    }
    stop.abort();
    await running;
  }
}

Deno.test("the observer tells of a version once, and again of a newer one", async () => {
  await using temp = await TempFolder.make();
  const rig = new Rig(temp.at("update.json"), (look) => release(look < 3 ? "1.9.0" : "1.10.0"));
  await rig.run(4);
  assert.deepEqual(rig.told, ["1.9.0", "1.10.0"]);
});

Deno.test("the observer tells of a version once over restarts, too", async () => {
  await using temp = await TempFolder.make();
  const first = new Rig(temp.at("update.json"), () => release("1.1.0"));
  await first.run(1);
  const second = new Rig(temp.at("update.json"), () => release("1.1.0"));
  await second.run(2);
  assert.deepEqual([first.told, second.told], [["1.1.0"], []]);
});

Deno.test("the observer survives a look that fails, and is quiet when there is nothing", async () => {
  await using temp = await TempFolder.make();
  const rig = new Rig(temp.at("update.json"), (look) => {
    if (look === 1) throw new Error("no net");
    return look === 2 ? undefined : release("1.1.0");
  });
  await rig.run(3);
  assert.deepEqual(rig.told, ["1.1.0"]);
});

Deno.test("what /upgrade has shown is not told again", async () => {
  await using temp = await TempFolder.make();
  const rig = new Rig(temp.at("update.json"), () => release("1.1.0"));
  await rig.observer.seen("1.1.0");
  await rig.run(1);
  assert.deepEqual(rig.told, []);
});
