import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import {
  beginTrial,
  currentTrial,
  markHealthy,
  shouldRollBack,
  TRIAL_MS,
  TrialWatch,
  type WatchOptions,
} from "./rollback.ts";
import { announceUpgrade, type UpgradeSentinel, writeUpgradeSentinel } from "./sentinel.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const ASKED = { chatId: -5, threadId: 9 };

async function announced(home: Home): Promise<UpgradeSentinel | undefined> {
  let found: UpgradeSentinel | undefined;
  await announceUpgrade(home, (sentinel) => {
    found = sentinel;
    return Promise.resolve();
  });
  return found;
}

async function onTrial(temp: TempFolder) {
  const home = new Home(temp.at("home"));
  await Deno.mkdir(home.stateDir, { recursive: true });
  const executable = temp.at("ductor");
  await Deno.writeTextFile(executable, "new");
  await Deno.writeTextFile(`${executable}.old`, "old");
  await beginTrial(home, { oldVersion: "1.0.0", newVersion: "1.1.0", executable, ...ASKED });
  return { home, executable };
}

/** On a machine that can reach Telegram, unless told. */
function watchOf(home: Home, options: Partial<WatchOptions>) {
  const online = () => Promise.resolve(true);
  return new TrialWatch(home, {
    clock: new FakeClock(),
    say() {},
    online,
    os: "linux",
    ...options,
  });
}

function fakeBot() {
  const { promise: exited, resolve: end } = Promise.withResolvers<number>();
  const signals: string[] = [];
  return { exited, end, signals, signal: (name: string) => void signals.push(name) };
}

Deno.test("shouldRollBack() waits a minute for a program that runs", () => {
  assert.equal(shouldRollBack({ ran: TRIAL_MS - 1, code: undefined }), undefined);
  assert.match(shouldRollBack({ ran: TRIAL_MS, code: undefined })!, /60 s/);
});

Deno.test("shouldRollBack() is for every end but a restart, and for that after a minute, too", () => {
  for (const code of [0, 1, 78, 137]) {
    assert.match(shouldRollBack({ ran: 5, code })!, new RegExp(`code ${code}`));
  }
  assert.equal(shouldRollBack({ ran: 5, code: 42 }), undefined);
  assert.match(shouldRollBack({ ran: TRIAL_MS, code: 42 })!, /60 s/);
});

Deno.test("a program that crashes on trial is replaced by the old one, which is told why", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const bot = fakeBot();
  const said: string[] = [];
  const watched = watchOf(home, { say: (text) => said.push(text) }).over(bot);
  bot.end(9);
  assert.equal(await watched.exited, 42);
  assert.equal(await Deno.readTextFile(executable), "old");
  assert.equal(await currentTrial(home), undefined);
  assert.deepEqual(await announced(home), {
    ...ASKED,
    oldVersion: "1.0.0",
    newVersion: "1.1.0",
    failed: "it ended with code 9 before it could reach Telegram",
  });
  assert.match(said.join(), /1\.1\.0 does not work here/);
});

Deno.test("a program that does not reach Telegram within a minute is ended, then killed, and replaced", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const clock = new FakeClock();
  const bot = fakeBot();
  const watched = watchOf(home, { clock }).over(bot);
  for (let second = 0; second < 80 && !bot.signals.includes("SIGKILL"); second++) {
    await until(() => clock.sleeping > 0, "the watch waits");
    await clock.advance(1000);
    if (second < 58) assert.deepEqual(bot.signals, [], `after ${second + 1} s`);
  }
  assert.deepEqual(bot.signals, ["SIGTERM", "SIGKILL"]);
  bot.end(137);
  assert.equal(await watched.exited, 42);
  assert.equal(await Deno.readTextFile(executable), "old");
});

Deno.test("a program that has heard from Telegram is no longer on trial", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const bot = fakeBot();
  const watched = watchOf(home, {}).over(bot);
  assert.equal((await markHealthy(home))?.newVersion, "1.1.0");
  assert.equal(await markHealthy(home), undefined);
  bot.end(1);
  assert.equal(await watched.exited, 1);
  assert.equal(await Deno.readTextFile(executable), "new");
});

Deno.test("without a trial the exit code goes through; without an old program too, and only once", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  await Deno.remove(`${executable}.old`);
  const said: string[] = [];
  for (let n = 0; n < 2; n++) {
    const bot = fakeBot();
    const watched = watchOf(home, { say: (text) => said.push(text) }).over(bot);
    bot.end(9);
    assert.equal(await watched.exited, 9);
  }
  assert.equal(said.filter((text) => /could not be put back/.test(text)).length, 1);
});

Deno.test("K13.5 a machine that is offline for longer than the trial does not take a good version back", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const clock = new FakeClock();
  const bot = fakeBot();
  let asked = 0;
  // Online again when it is asked for the third time.
  const online = () => Promise.resolve(++asked > 2);
  const watched = watchOf(home, { clock, online }).over(bot);
  for (let second = 0; second < 150; second++) {
    await until(() => clock.sleeping > 0, "the watch waits");
    await clock.advance(1000);
    if (second < 58) assert.equal(asked, 0);
  }
  assert.equal(asked, 2);
  assert.equal(bot.signals.length, 0);
  while (!bot.signals.includes("SIGTERM")) {
    await until(() => clock.sleeping > 0, "the watch waits");
    await clock.advance(1000);
  }
  bot.end(143);
  assert.equal(await watched.exited, 42);
  assert.equal(await Deno.readTextFile(executable), "old");
});

Deno.test("K4.3 a program that only ever restarts is replaced when its minute is over", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const clock = new FakeClock();
  const watch = watchOf(home, { clock });
  for (let second = 0; second < 80 && await currentTrial(home); second += 10) {
    const bot = fakeBot();
    const watched = watch.over(bot);
    await until(() => clock.sleeping > 0, "the watch waits");
    bot.end(42);
    assert.equal(await watched.exited, 42);
    assert.equal(await Deno.readTextFile(executable), second < 60 ? "new" : "old");
    await clock.advance(10_000);
  }
  assert.equal(await Deno.readTextFile(executable), "old");
});

Deno.test("a program that runs when another one is put on trial is not judged for that one", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const clock = new FakeClock();
  const watch = watchOf(home, { clock });
  const bot = fakeBot();
  const watched = watch.over(bot);
  await until(() => clock.sleeping > 0, "the watch waits");
  await clock.advance(50_000);
  await beginTrial(home, { oldVersion: "1.1.0", newVersion: "1.0.0", executable });
  await until(() => clock.sleeping > 0, "the watch waits again");
  await clock.advance(20_000);
  bot.end(1);
  assert.equal(await watched.exited, 1);
  assert.equal(await Deno.readTextFile(executable), "new");
  // The next one is, and has a minute of its own.
  const next = fakeBot();
  const judged = watch.over(next);
  await until(() => clock.sleeping > 0, "the watch waits for the next");
  await clock.advance(50_000);
  assert.deepEqual(next.signals, []);
  next.end(1);
  assert.equal(await judged.exited, 42);
  assert.equal(await Deno.readTextFile(executable), "old");
});

Deno.test("K4.3 a program that ends as if all were well is replaced; one that was told to end is not", async () => {
  for (const [told, left, code] of [[false, "old", 42], [true, "new", 0]] as const) {
    await using temp = await TempFolder.make();
    const { home, executable } = await onTrial(temp);
    const bot = fakeBot();
    const watched = watchOf(home, {}).over(bot);
    if (told) watched.signal("SIGTERM");
    bot.end(0);
    assert.equal(await watched.exited, code);
    assert.equal(await Deno.readTextFile(executable), left);
    assert.deepEqual(bot.signals, told ? ["SIGTERM"] : []);
  }
});

Deno.test("K4.3 a program that was told to end and had to be killed is not replaced", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const bot = fakeBot();
  const watched = watchOf(home, {}).over(bot);
  watched.signal("SIGTERM");
  bot.end(143);
  assert.equal(await watched.exited, 143);
  assert.equal(await Deno.readTextFile(executable), "new");
});

Deno.test("upgrade sentinel: read once, with topic; one of the original's is understood", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  await writeUpgradeSentinel(home, { ...ASKED, oldVersion: "1", newVersion: "2" });
  assert.deepEqual(await announced(home), {
    ...ASKED,
    oldVersion: "1",
    newVersion: "2",
  });
  assert.equal(await announced(home), undefined);
  await Deno.writeTextFile(
    home.upgradeSentinelFile,
    '{"chat_id": 7, "old_version": "1", "new_version": "2"}',
  );
  assert.deepEqual(await announced(home), {
    chatId: 7,
    oldVersion: "1",
    newVersion: "2",
  });
});

Deno.test("upgrade sentinel: one that makes no sense is removed and counts as none", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  for (const text of ["", "{", "[]", '{"chat_id": 7}', "null"]) {
    await Deno.writeTextFile(home.upgradeSentinelFile, text);
    assert.equal(await announced(home), undefined, text);
    assert.deepEqual(await temp.names(), []);
  }
});

Deno.test("K13.5 whether Telegram is away is asked by the proxy that .env names, which nothing else gets", async () => {
  await using temp = await TempFolder.make();
  const { home } = await onTrial(temp);
  const asked: string[] = [];
  await using proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(request.url);
    return new Response();
  });
  await Deno.mkdir(home.configDir);
  await Deno.writeTextFile(home.configFile, '{"telegram_api_root":"http://telegram.invalid"}');
  await Deno.writeTextFile(home.envFile, `HTTP_PROXY=http://127.0.0.1:${proxy.addr.port}\n`);
  const before = Deno.env.toObject();
  const clock = new FakeClock();
  const bot = fakeBot();
  const watched = new TrialWatch(home, { clock, say() {}, os: "linux" }).over(bot);
  while (!bot.signals.includes("SIGTERM")) {
    await until(() => clock.sleeping > 0, "the watch waits");
    await clock.advance(10_000);
  }
  bot.end(143);
  assert.equal(await watched.exited, 42);
  assert.match(asked.join(), /telegram\.invalid/);
  assert.deepEqual(Deno.env.toObject(), before);
});

Deno.test("K13.5 a clock that is set forward during its trial takes no time from a program", async () => {
  await using temp = await TempFolder.make();
  const { home, executable } = await onTrial(temp);
  const clock = new FakeClock();
  const bot = fakeBot();
  const watched = watchOf(home, { clock }).over(bot);
  await until(() => clock.sleeping > 0, "the watch waits");
  clock.jump(3_600_000);
  await clock.advance(1000);
  await until(() => clock.sleeping > 0, "the watch waits again");
  assert.deepEqual(bot.signals, []);
  await markHealthy(home);
  bot.end(0);
  assert.equal(await watched.exited, 0);
  assert.equal(await Deno.readTextFile(executable), "new");
});
