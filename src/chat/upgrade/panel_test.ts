import assert from "node:assert/strict";
import { Home } from "../../config/home.ts";
import type { Address } from "../../conversation/address.ts";
import type { Said } from "../../conversation/speaker.ts";
import { UpgradePanel } from "./panel.ts";
import { progressText } from "./texts.ts";
import { Updater } from "../../update/updater.ts";

interface Spoken {
  address: Address;
  text: string;
  labels: string[][];
}

/** @param show What is shown beside what is said. */
function panel(version: string, show: (text: string) => void = () => assert.fail("not asked for")) {
  const spoken: Spoken[] = [];
  const updater = new Updater({
    home: new Home("/nowhere"),
    config: () => ({ update: { check: true, url: "" } }),
    version,
    repository: undefined,
    publicKey: "",
    executable: "/nowhere/ductor",
  });
  const unused = () => assert.fail("not asked for");
  return {
    spoken,
    panel: new UpgradePanel({
      updater,
      speaker: {
        say(address: Address, text: string, said: Said = {}) {
          const labels = (said.buttons ?? []).map((row) => row.map(({ label }) => label));
          spoken.push({ address, text, labels });
          return Promise.resolve();
        },
      },
      outbox: {
        open: () => ({ show() {}, finish: () => (show("upgraded"), Promise.resolve()) }) as never,
        edit: () => (show("later"), Promise.resolve()) as never,
      },
      users: () => [1, 2],
      restart: unused,
      seen: unused,
      signal: new AbortController().signal,
    }),
  };
}

Deno.test("upgrade panel tells every user of a new version, with what can be done", async () => {
  const { panel: it, spoken } = panel("1.0.0");
  await it.notify({ version: "1.1.0", notes: "", page: undefined, files: new Map() });
  assert.deepEqual(spoken.map(({ address }) => address), [{ chatId: 1 }, { chatId: 2 }]);
  assert.deepEqual(spoken[0]!.labels, [["What is new"], ["Upgrade", "Later"]]);
});

Deno.test("upgrade panel announces in the topic that asked", async () => {
  const { panel: it, spoken } = panel("1.1.0");
  await it.announce(
    { chatId: -5, threadId: 9, oldVersion: "1.0.0", newVersion: "1.1.0" },
    new Date(0),
  );
  assert.deepEqual(spoken.map(({ address }) => address), [{ chatId: -5, threadId: 9 }]);
  assert.match(spoken[0]!.text, /now version \*\*1\.1\.0\*\* \(was 1\.0\.0\)/);
});

Deno.test("upgrade panel does not announce a version that does not run", async () => {
  const { panel: it, spoken } = panel("1.0.0");
  await it.announce({ chatId: 1, oldVersion: "1.0.0", newVersion: "1.1.0" }, new Date(0));
  assert.match(spoken[0]!.text, /did not work.*\*\*1\.0\.0\*\* is running/);
});

Deno.test("a build that does not know where releases are says what to set", async () => {
  const { panel: it, spoken } = panel("1.0.0");
  await it.look({ chatId: 1 });
  assert.match(spoken[0]!.text, /update\.url/);
});

Deno.test("progressText() counts in percent where the size is known", () => {
  const step = "download";
  assert.equal(
    progressText({ step, done: 61_000_000, all: 122_000_000 }, "2.0.0"),
    "Downloading 2.0.0: 50 % of 122 MB",
  );
  assert.equal(
    progressText({ step, done: 1_500_000, all: undefined }, "2.0.0"),
    "Downloading 2.0.0: 1.5 MB",
  );
});

Deno.test("K11.5 upgrade panel: of two taps on one offer the first counts, and the second gets a word", async () => {
  for (const [first, second] of [["up_no", "up_yes"], ["up_no", "up_no"], ["up_yes", "up_no"]]) {
    const shown: string[] = [];
    const { panel: it } = panel("1.0.0", (text) => shown.push(text));
    const tap = (verb = "") =>
      it.actions.find((action) => action.verb === verb)!.press({
        address: { chatId: 1 },
        message: { message_id: 5, chat: { id: 1 } },
        argument: "1.1.0",
      } as never);
    await tap(first);
    const before = shown.length;
    assert.deepEqual(await tap(second), { keep: true, toast: "Already decided." });
    assert.equal(shown.length, before, "and changes nothing");
  }
});
