import assert from "node:assert/strict";
import { Home } from "./home.ts";
import {
  adoptGroupMode,
  adoptQuietHours,
  ConfigError,
  loadConfig,
  loadOrLastGood,
  peekConfig,
  peekOrLastGood,
  updateConfig,
} from "./load.ts";
import { defaultConfig } from "./schema.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const TOKEN = `123456789:${"aB3_-".repeat(7)}`;
const unix = Deno.build.os !== "windows";

/** A home folder whose config has this content. */
async function homeWith(temp: TempFolder, content?: unknown): Promise<Home> {
  const home = new Home(temp.at("home"), temp.path);
  if (content !== undefined) {
    await Deno.mkdir(home.configDir, { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await Deno.writeTextFile(home.configFile, text);
  }
  return home;
}

const raw = async (home: Home) => JSON.parse(await Deno.readTextFile(home.configFile));

async function failure(home: Home): Promise<ConfigError> {
  try {
    await loadConfig(home);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  throw new assert.AssertionError({ message: "loadConfig() did not throw" });
}

Deno.test("loadConfig() makes a missing file with every default, for its owner only", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp);
  const { config, warnings } = await loadConfig(home);
  assert.deepEqual(config, { ...defaultConfig(), ductor_home: home.root });
  assert.deepEqual(warnings, []);
  const text = await Deno.readTextFile(home.configFile);
  assert.ok(text.startsWith('{\n  "log_level": "INFO",\n') && text.endsWith("}\n"));
  if (unix) {
    assert.equal((await Deno.stat(home.configFile)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(home.root)).mode! & 0o777, 0o700);
  }
});

Deno.test("loadConfig() adds missing keys at every depth and keeps what the user wrote", async () => {
  await using temp = await TempFolder.make();
  const mine = { note: "größer 🎉", webhooks: { port: 9000, mine: [1] }, model: "sonnet" };
  const home = await homeWith(temp, mine);
  const { config } = await loadConfig(home);
  assert.equal(config.model, "sonnet");
  assert.equal(config.webhooks.port, 9000);
  const file = await raw(home);
  assert.equal(file.note, "größer 🎉");
  assert.deepEqual(file.webhooks.mine, [1]);
  assert.equal(file.webhooks.host, "127.0.0.1");
  assert.equal(file.streaming.max_chars, 4000);
  assert.deepEqual(Object.keys(file).slice(0, 3), ["note", "webhooks", "model"]);
  assert.ok((await Deno.readTextFile(home.configFile)).includes("größer 🎉"));
});

Deno.test("loadConfig() does not write when nothing is missing", async () => {
  await using temp = await TempFolder.make();
  const content = JSON.stringify({ ...defaultConfig(), ductor_home: temp.at("home") });
  const home = await homeWith(temp, content);
  await loadConfig(home);
  assert.equal(await Deno.readTextFile(home.configFile), content);
});

Deno.test("loadConfig() takes a byte order mark and a group given as empty object", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, '\ufeff{"docker": {}}');
  assert.equal((await loadConfig(home)).config.docker.image_name, "ductor-sandbox");
});

Deno.test({
  name: "loadConfig() closes a file that others can read",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    const home = await homeWith(temp, defaultConfig());
    await Deno.chmod(home.configFile, 0o644);
    await loadConfig(home);
    assert.equal((await Deno.stat(home.configFile)).mode! & 0o777, 0o600);
  },
});

Deno.test({
  name: "loadConfig() writes through a link to a config kept elsewhere",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    const home = await homeWith(temp, "{}");
    await Deno.rename(home.configFile, temp.at("elsewhere.json"));
    await Deno.symlink(temp.at("elsewhere.json"), home.configFile);
    await loadConfig(home);
    assert.ok((await Deno.lstat(home.configFile)).isSymlink);
    assert.match(await Deno.readTextFile(temp.at("elsewhere.json")), /"model": "opus"/);
  },
});

const BROKEN: [what: string, text: string, line: number, column: number, message: RegExp][] = [
  [
    "a comma too many",
    '{\n  "model": "opus",,\n}',
    2,
    19,
    /found ",", expected a key in double quotes/,
  ],
  ["a comma missing", `{\n  "telegram_token": "${TOKEN}"\n  "model": "opus"\n}`, 3, 3, /","/],
  [
    "an open string",
    `{\r\n  "telegram_token": "${TOKEN},\r\n  "model": "opus"\r\n}`,
    2,
    68,
    /a closing double quote/,
  ],
  ["a word", `{"telegram_token": ${TOKEN}}`, 1, 29, /found ":", expected "," or the end/],
  ["nothing", "", 1, 1, /found the end of the file, expected a value/],
  ["half a file", '{"model": "opus", "docker": {', 1, 30, /expected a key/],
  ["a backslash", '{"ductor_home": "C:\\Users"}', 1, 20, /an escape that JSON knows/],
  ["two files in one", '{"model":"opus"}\n{"model":"opus"}', 2, 1, /expected the end of the file/],
  ["a list", "[1]", 1, 1, /found a list, expected an object/],
];
for (const [what, text, line, column, message] of BROKEN) {
  Deno.test(`loadConfig() says where a file is broken by ${what}, and leaves it alone`, async () => {
    await using temp = await TempFolder.make();
    const home = await homeWith(temp, text);
    const error = await failure(home);
    assert.deepEqual(error.position, { line, column });
    assert.match(error.message, message);
    assert.ok(error.message.includes(home.configFile));
    assert.ok(!error.message.includes(TOKEN.slice(0, 9)), error.message);
    assert.ok(!error.message.includes(TOKEN.slice(10, 20)), error.message);
    assert.equal(await Deno.readTextFile(home.configFile), text);
    await assert.rejects(updateConfig(home, (now) => void (now.model = "sonnet")), ConfigError);
    assert.equal(await Deno.readTextFile(home.configFile), text);
  });
}

Deno.test("loadConfig() shows the place in a broken file without anything secret", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, `{\n  "telegram_token": "${TOKEN}" "model": "opus"\n}`);
  const { message } = await failure(home);
  assert.deepEqual(message.split("\n").slice(1, 3), [
    '  2 |   "telegram_token": "…" "model": "…"',
    "    |                         ^",
  ]);
});

Deno.test("loadConfig() refuses a file that is no text", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, "");
  await Deno.writeFile(home.configFile, new Uint8Array([0x7b, 0xff, 0x7d]));
  assert.match((await failure(home)).message, /not UTF-8/);
});

Deno.test("loadConfig() names every bad value, what was found and what is allowed", async () => {
  await using temp = await TempFolder.make();
  const text = JSON.stringify({
    provider: "claud",
    telegram_token: 123456,
    webhooks: { port: 70_000, token: ["hook-secret-1"] },
    max_turns: -1,
    docker: true,
    allowed_user_ids: [1, "two"],
    model: { api_token: "x" },
    user_timezone: 12345,
  });
  const home = await homeWith(temp, text);
  const { message } = await failure(home);
  assert.deepEqual(message.split("\n").slice(1, -1), [
    '  provider: found "claud", allowed: one of "claude", "codex"',
    '  model: found an object, allowed: a model name, such as "opus", or ""',
    "  max_turns: found -1, allowed: a whole number, at least 1, or null",
    '  user_timezone: found 12345, allowed: a time zone such as "Europe/Berlin", or ""',
    "  telegram_token: found a number (not shown, it may be secret), " +
    "allowed: the token BotFather gave, or an empty text",
    '  allowed_user_ids.1: found "two", allowed: a whole number, at least 1',
    "  docker: found true, allowed: an object",
    "  webhooks.port: found 70000, allowed: a whole number from 1 to 65535",
    "  webhooks.token: found a list, allowed: a text",
  ]);
  assert.equal(await Deno.readTextFile(home.configFile), text);
});

Deno.test("loadConfig() hides a token that stands under a wrong key", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { provider: TOKEN });
  const { message } = await failure(home);
  assert.ok(!message.includes(TOKEN) && message.includes("[redacted]"), message);
});

Deno.test("loadConfig() warns when ductor_home is another place, and does not follow it", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { ductor_home: "~/.ductor" });
  const { warnings } = await loadConfig(home);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /not followed.*DUCTOR_HOME/);
  assert.equal((await raw(home)).ductor_home, "~/.ductor");
  const same = await homeWith(temp, { ductor_home: `${temp.at("home")}/` });
  assert.deepEqual((await loadConfig(same)).warnings, []);
});

Deno.test("loadConfig() asks about keys that look misspelt, and keeps them", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, {
    permision_mode: "plan",
    webhooks: { prot: 1, labels: 2 },
    "file-access": "home",
    some_plugin: true,
  });
  const { warnings } = await loadConfig(home);
  assert.deepEqual(warnings.map((line) => line.match(/key (\S+) .* is (\S+) meant/)?.slice(1)), [
    ["permision_mode", "permission_mode"],
    ["webhooks.prot", "webhooks.port"],
    ["file-access", "file_access"],
  ]);
  assert.equal((await raw(home)).some_plugin, true);
});

Deno.test("K2.2 config: comments and commas behind the last entry are read, and stay when a key is set", async () => {
  await using temp = await TempFolder.make();
  const text =
    `{\n  // cheap\n  "model": "opus", /* or haiku */\n  "docker": { "enabled": false, },\n}\n`;
  const home = await homeWith(temp, text);
  assert.equal((await loadConfig(home)).config.model, "opus");
  assert.equal((await updateConfig(home, (now) => void (now.model = "sonnet"))).model, "sonnet");
  const now = await Deno.readTextFile(home.configFile);
  assert.ok(
    now.startsWith(text.split(",")[0]!.replace("opus", "sonnet") + ", /* or haiku */"),
    now,
  );
  assert.match(now, /"webhooks": {/, "missing keys were added");
  assert.equal((await loadConfig(home)).config.model, "sonnet");
});

Deno.test("updateConfig() changes one key and keeps the rest, unknown keys too", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { mine: { a: 1 }, model: "opus" });
  const config = await updateConfig(home, (now) => void (now.model = "sonnet"));
  assert.equal(config.model, "sonnet");
  assert.deepEqual(await raw(home), { mine: { a: 1 }, model: "sonnet" });
});

Deno.test("updateConfig() writes nothing that is not allowed", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { model: "opus" });
  const change = updateConfig(home, (now) => void (now.provider = "other"));
  await assert.rejects(change, /provider cannot be "other"/);
  assert.deepEqual(await raw(home), { model: "opus" });
});

Deno.test("updateConfig() loses no change when many come at once", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { ids: [] });
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, n) => updateConfig(home, (now) => void (now.ids as number[]).push(n)),
    ),
  );
  const { ids } = await raw(home);
  assert.deepEqual(ids.toSorted((a: number, b: number) => a - b), [...Array(20).keys()]);
});

Deno.test("updateConfig() starts from the defaults when there is no file", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp);
  await updateConfig(home, (now) => void (now.telegram_token = TOKEN));
  assert.equal((await loadConfig(home)).config.telegram_token, TOKEN);
});

Deno.test("peekConfig() creates nothing", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp);
  assert.equal(await peekConfig(home), undefined);
  assert.deepEqual(await temp.names(), []);
});

Deno.test("a Python home keeps quiet hours that somebody has chosen, not the default ones", () => {
  const adopted = (heartbeat: unknown) => {
    const raw: Record<string, unknown> = { heartbeat };
    adoptQuietHours(raw);
    return raw.quiet_hours;
  };
  assert.equal(adopted({ enabled: false, quiet_start: 21, quiet_end: 8 }), undefined);
  assert.equal(adopted(undefined), undefined);
  assert.deepEqual(adopted({ quiet_start: 23, quiet_end: 8 }), { start: 23, end: 8 });
  const raw = { quiet_hours: { start: 1, end: 2 }, heartbeat: { quiet_start: 5 } };
  adoptQuietHours(raw);
  assert.deepEqual(raw.quiet_hours, { start: 1, end: 2 });
});

Deno.test("K7.2 a home of the Python program goes on answering everything in groups, and says so once", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, {
    telegram_token: TOKEN,
    allowed_user_ids: [7],
    idle_timeout_minutes: 1440,
  });
  const first = await loadConfig(home);
  assert.equal(first.config.group_mode, "all");
  assert.match(first.adopted.join(), /group_mode mention/);
  assert.deepEqual((await loadConfig(home)).adopted, []);
  for (
    const raw of [
      {},
      { allowed_user_ids: [7] },
      { allowed_user_ids: [7], idle_timeout_minutes: 5, group_mode: "mention" },
      // Ours, and somebody has taken the key out.
      { allowed_user_ids: [7], idle_timeout_minutes: 5, verbosity: "normal" },
    ]
  ) {
    assert.equal(adoptGroupMode({ ...raw }), false, JSON.stringify(raw));
  }
});

Deno.test("K7.2 what a newer Python program was told about groups holds, and needs no word", async () => {
  const all = { telegram_token: TOKEN, allowed_user_ids: [7], idle_timeout_minutes: 1440 };
  for (
    const [keys, mode, said] of [
      [{ group_mention_only: true, allowed_group_ids: [-5] }, "mention", 0],
      [{ group_mention_only: false, allowed_group_ids: [-5] }, "all", 1],
      // It works in no group at all.
      [{ group_mention_only: false, allowed_group_ids: [] }, "all", 0],
    ] as const
  ) {
    await using temp = await TempFolder.make();
    const home = await homeWith(temp, { ...all, ...keys });
    assert.equal((await peekConfig(home))?.group_mode, mode, "before the first start, too");
    const { config, adopted } = await loadConfig(home);
    assert.deepEqual([config.group_mode, adopted.length], [mode, said]);
    assert.deepEqual(config.allowed_group_ids, keys.allowed_group_ids);
    assert.equal((await raw(home)).group_mention_only, keys.group_mention_only);
  }
});

Deno.test("config: without a list of groups none is written, which the Python program would take for none", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { model: "opus" });
  await loadConfig(home);
  assert.equal("allowed_group_ids" in await raw(home), false);
});

Deno.test("config: what a bot would start with can be looked at, and nothing is written", async () => {
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { telegram_token: TOKEN, allowed_user_ids: [7] });
  assert.equal((await peekOrLastGood(home))?.telegram_token, TOKEN);
  assert.deepEqual(Object.keys(await raw(home)), ["telegram_token", "allowed_user_ids"]);
  await loadOrLastGood(home);
  await Deno.writeTextFile(home.configFile, "{broken");
  assert.equal((await peekOrLastGood(home))?.telegram_token, TOKEN);
  assert.equal(await Deno.readTextFile(home.configFile), "{broken");
  await Deno.remove(home.goodConfigFile);
  await assert.rejects(peekOrLastGood(home), ConfigError);
});

Deno.test("K6.3 permission modes of Claude Code that ductor does not have stand for the nearest one", async () => {
  for (
    const [given, meant] of [["manual", "default"], ["dontAsk", "default"], ["auto", "acceptEdits"]]
  ) {
    await using temp = await TempFolder.make();
    const home = await homeWith(temp, { group_mode: "all", permission_mode: given });
    const { config, warnings, adopted } = await loadConfig(home);
    assert.equal(config.permission_mode, meant);
    assert.match(warnings.join(), new RegExp(`is "${given}", which stands for "${meant}"`));
    assert.match(adopted.join(), new RegExp(`\`${given}\`, which stands for \`${meant}\``));
    assert.deepEqual((await loadConfig(home)).adopted, [], "the owner hears it once");
  }
  await using temp = await TempFolder.make();
  const home = await homeWith(temp, { permission_mode: "constructor" });
  await assert.rejects(loadConfig(home), /permission_mode/);
});
