import assert from "node:assert/strict";
import { acquireInstance } from "../../app/instance_lock.ts";
import { noteLastWords } from "../../app/last_words.ts";
import { Home } from "../../config/home.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { until } from "../../../tests/support/processes.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { beforeStart, type Hears, untilHears, WAIT_MS } from "./hears.ts";

async function bench(
  fn: (b: { home: Home; clock: FakeClock; service: { is: boolean } }) => Promise<void>,
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"), temp.path);
  await Deno.mkdir(home.logsDir, { recursive: true });
  await fn({ home, clock: new FakeClock(), service: { is: true } });
}

/** Lets time pass until it is known. */
async function known(asked: Promise<Hears>, clock: FakeClock): Promise<Hears> {
  let result: Hears | undefined;
  void asked.then((value) => result = value);
  await until(async () => {
    if (clock.sleeping > 0) await clock.advance(200);
    return result !== undefined;
  }, "what became of the start");
  return result!;
}

Deno.test("K12.7 service start: a bot works when it has heard from Telegram, and not before", () =>
  bench(async ({ home, clock, service }) => {
    const before = await beforeStart(home);
    // A former life had the same process id.
    await Deno.mkdir(home.stateDir);
    await Deno.writeTextFile(home.workedFile, `${Deno.pid}\ntoken`);
    await Deno.utime(home.workedFile, 1, 1);
    using _bot = await acquireInstance(home, "bot");
    const asked = untilHears(home, { running: () => Promise.resolve(service.is) }, before, clock);
    await until(() => clock.sleeping === 1, "a first look");
    await clock.advance(200);
    await until(() => clock.sleeping === 1, "a second look");
    await Deno.writeTextFile(home.workedFile, `${Deno.pid}\ntoken`);
    assert.deepEqual(await known(asked, clock), { kind: "hears" });
  }));

Deno.test("K12.7 service start: one that ended is told of with its last words, and only its own", () =>
  bench(async ({ home, clock, service }) => {
    service.is = false;
    await noteLastWords(home, "Long ago.");
    await Deno.utime(home.lastWordsFile, 1, 1);
    const manager = { running: () => Promise.resolve(service.is) };
    const before = await beforeStart(home);
    const silent = await known(untilHears(home, manager, before, clock), clock);
    assert.deepEqual(silent, { kind: "ended", why: undefined });
    const asked = untilHears(home, manager, before, clock);
    await noteLastWords(home, "Telegram does not know this token.\n");
    const { kind, ...rest } = await known(asked, clock);
    assert.deepEqual([kind, rest], ["ended", { why: "Telegram does not know this token." }]);
  }));

Deno.test("K12.7 service start: one that keeps trying is waited for, and then the log says why", () =>
  bench(async ({ home, clock }) => {
    await Deno.writeTextFile(home.logFile, "2026-11-25 13:00:00 [ERROR] ductor: an old one\n");
    const before = await beforeStart(home);
    await Deno.writeTextFile(
      home.logFile,
      "2026-11-25 14:00:00 [WARNING] ductor.telegram:poller.ts:9: No way to Telegram\n" +
        "2026-11-25 14:00:01 [INFO] ductor.app: something else\n",
      { append: true },
    );
    const began = clock.now();
    const manager = { running: () => Promise.resolve(true) };
    assert.deepEqual(await known(untilHears(home, manager, before, clock), clock), {
      kind: "waiting",
      why: "No way to Telegram",
    });
    assert.equal(clock.now() - began, WAIT_MS);
  }));
