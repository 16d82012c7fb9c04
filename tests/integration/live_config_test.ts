/** K10.5, K12.2: each key of the config is changed in its file while the bot runs. */
import assert from "node:assert/strict";
import { within } from "../../src/base/async/within.ts";
import { appliesWhen, configKeys } from "../../src/config/keys.ts";
import { type LiveBench, withLiveBot } from "./live_config_bench.ts";
import { type Row, ROWS, WAITING, WITHOUT_EFFECT } from "./live_config_rows.ts";

/** How long a change may take to act, on a machine that has much else to do. */
const LONGEST_MS = 30_000;

function at(config: object, key: string): unknown {
  return key.split(".").reduce<unknown>((value, part) => (value as never)[part], config);
}

/** Looks until it sees what is expected. */
async function sees(bench: LiveBench, { look }: Row, expected: unknown): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (true) {
    const seen = await within(look(bench), LONGEST_MS);
    if (JSON.stringify(seen) === JSON.stringify(expected)) return;
    if (performance.now() > end) assert.deepEqual(seen, expected);
  }
}

async function acts(bench: LiveBench, key: string, row: Row): Promise<void> {
  await bench.set({ ...row.given });
  await sees(bench, row, row.was);
  await bench.set({ [key]: row.value });
  await sees(bench, row, row.is);
}

async function isTold(bench: LiveBench, key: string, value: unknown): Promise<void> {
  const { config, set, texts, until } = bench;
  const before = at(config(), key);
  const said = texts().length;
  await set({ [key]: value });
  await until(() =>
    texts().slice(said).some((text) =>
      text.includes(key.split(".")[0]!) && text.includes("takes effect after /restart")
    )
  );
  assert.deepEqual(at(config(), key), before, "it keeps its value");
}

async function isTaken({ config, set }: LiveBench, key: string, value: unknown): Promise<void> {
  await set({ [key]: value });
  assert.deepEqual(at(config(), key), value);
}

Deno.test("K10.5 live config: each key acts while the bot runs, or says that it waits for a restart", (t) =>
  withLiveBot(async (bench) => {
    const keys = [...configKeys().keys()];
    const known = Object.keys({ ...ROWS, ...WAITING, ...WITHOUT_EFFECT });
    assert.deepEqual(keys.toSorted(), known.toSorted(), "each key has a row");
    // A bot can write only to those who have written to it.
    await bench.ask();
    for (const key of keys) {
      const row = ROWS[key];
      const touched = [key, ...Object.keys(row?.given ?? {})];
      const before = touched.map((one) => [one, at(bench.config(), one)]);
      await t.step(key, async () => {
        assert.equal(appliesWhen(key), key in WAITING ? "restart" : "live");
        if (row) await acts(bench, key, row);
        else if (key in WAITING) await isTold(bench, key, WAITING[key]);
        else await isTaken(bench, key, WITHOUT_EFFECT[key]);
      });
      await bench.set(Object.fromEntries(before));
    }
  }));
