import assert from "node:assert/strict";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { Home } from "../../config/home.ts";
import { updateConfig } from "../../config/load.ts";
import { modeWarning, propose, writeAnswers } from "./answers.ts";
import { describeClis, engineOn, type FoundCli } from "./clis.ts";
import { awaitCode, checkToken, CodeError, makeCode } from "./telegram.ts";
import { defaultConfig } from "../../config/schema.ts";
import { BotApiServer } from "../../bot_api/server.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";

const TOKEN = `123456:${"t".repeat(35)}`;
const claude: FoundCli = { provider: "claude", installed: true, login: "no", version: "2.1" };
const codex: FoundCli = { provider: "codex", installed: true, login: "yes", version: "0.169" };

Deno.test("set-up proposes the CLI that is logged in, and its model", () => {
  const of = (clis: FoundCli[]) => {
    const { provider, model } = propose({ yes: true }, undefined, clis);
    return [provider, model];
  };
  assert.deepEqual(of([claude, codex]), ["codex", ""]);
  assert.deepEqual(of([{ ...claude, login: "yes" }, codex]), ["claude", "opus"]);
  assert.deepEqual(of([{ ...claude, installed: false }, codex]), ["codex", ""]);
  const none = [claude, codex].map((cli) => ({ ...cli, installed: false }));
  assert.deepEqual(of(none), ["claude", "opus"]);
});

Deno.test("set-up takes flags before the config, and the config before proposals", () => {
  const config = {
    ...defaultConfig(),
    telegram_token: TOKEN,
    allowed_user_ids: [5],
    user_timezone: "Asia/Tokyo",
    provider: "codex" as const,
    model: "gpt-6",
  };
  const kept = propose({ yes: true }, config, [claude]);
  assert.deepEqual(
    [kept.token, kept.users, kept.timezone, kept.provider, kept.model],
    [TOKEN, [5], "Asia/Tokyo", "codex", "gpt-6"],
  );
  const said = propose({ yes: true, user: [6], provider: "claude" }, config, [claude]);
  assert.deepEqual([said.users, said.provider, said.model], [[6], "claude", "opus"]);
});

Deno.test("set-up says what to type for a CLI that is missing or not logged in", () => {
  const missing = [{ ...claude, installed: false }, { ...codex, login: "no" as const }];
  const text = describeClis(missing, { os: "linux", desktop: true });
  assert.match(
    text,
    /Claude Code: not found.*curl -fsSL https:\/\/claude\.ai\/install\.sh \| bash/,
  );
  assert.match(text, /Codex 0\.169: not logged in.*codex login$/);
  const server = describeClis(missing, { os: "linux", desktop: false });
  assert.match(server, /codex login --device-auth$/);
  const windows = describeClis(missing, { os: "windows", desktop: true });
  assert.match(windows, /irm https:\/\/claude\.ai\/install\.ps1 \| iex/);
  const old = describeClis([{ ...codex, outdated: "npm install -g @openai/codex@latest" }]);
  assert.equal(
    old,
    "✗ Codex 0.169: too old for ductor. Update it: npm install -g @openai/codex@latest",
  );
});

Deno.test("set-up warns root that Claude refuses bypassPermissions", () => {
  const env = (set: boolean) => ({ get: () => set ? "1" : undefined });
  const choice = {
    permissionMode: "bypassPermissions",
    provider: "claude",
    docker: false,
  } as const;
  assert.match(modeWarning(choice, { uid: 0, env: env(false) })!, /refuses[^]*IS_SANDBOX/);
  assert.match(modeWarning(choice, { uid: 0, env: env(true) })!, /Without a sandbox/);
  assert.match(modeWarning(choice, { uid: 1000, env: env(false) })!, /Without a sandbox/);
  assert.equal(modeWarning({ ...choice, docker: true }, { uid: 0, env: env(false) }), undefined);
  const asks = { ...choice, permissionMode: "default" } as const;
  assert.equal(modeWarning(asks, { uid: 0, env: env(false) }), undefined);
});

Deno.test("token is checked with Telegram, and never shown", async () => {
  await using server = await BotApiServer.start();
  const found = await checkToken(server.token, server.apiRoot);
  assert.deepEqual(found, { id: server.me.id, username: server.me.username });
  const wrong = await checkToken(TOKEN, server.apiRoot);
  assert.match(wrong as string, /BotFather/);
  const away = await checkToken(TOKEN, "http://127.0.0.1:9");
  assert.match(away as string, /could not be asked/);
  for (const text of [wrong, away]) assert.ok(!String(text).includes(TOKEN));
});

const signal = () => new AbortController().signal;

Deno.test("code tells who sent it; what waits for the bot stays with Telegram", async () => {
  await using server = await BotApiServer.start();
  const [alice, bob] = [
    server.user({ id: 7, first_name: "Alice" }),
    server.user({ id: 8, first_name: "Bob" }),
  ];
  const options = { token: server.token, apiRoot: server.apiRoot, signal: signal() };
  bob.send("please wait for the bot");
  alice.send("/start 123456");
  const { left, ...found } = (await awaitCode({ ...options, code: "123456" }))!;
  assert.deepEqual(found, { id: 7, name: "Alice" });
  assert.equal(typeof left, "number");
  const waiting = async () => {
    const response = await fetch(`${server.apiRoot}/bot${server.token}/getUpdates`);
    const { result } = await response.json();
    return result.map(({ message }: { message: { text: string } }) => message.text);
  };
  assert.deepEqual(await waiting(), ["please wait for the bot", "/start 123456"]);
});

Deno.test("code that nothing waits before is taken, so that no agent is asked about it", async () => {
  await using server = await BotApiServer.start();
  const alice = server.user({ id: 7, first_name: "Alice" });
  const found = awaitCode({
    token: server.token,
    apiRoot: server.apiRoot,
    code: "654321",
    signal: signal(),
    clock: new FakeClock(),
  });
  alice.send("654321");
  assert.equal((await found)?.id, 7);
  const response = await fetch(`${server.apiRoot}/bot${server.token}/getUpdates`);
  assert.deepEqual((await response.json()).result, []);
});

Deno.test("K5.3 code that is typed after START is taken with it, and thanked for in the chat", async () => {
  await using server = await BotApiServer.start();
  const alice = server.user({ id: 7, first_name: "Alice" });
  alice.send("/start");
  alice.send("654321");
  const found = await awaitCode({
    token: server.token,
    apiRoot: server.apiRoot,
    code: "654321",
    signal: signal(),
    clock: new FakeClock(),
  });
  assert.deepEqual(found, { id: 7, name: "Alice" });
  const response = await fetch(`${server.apiRoot}/bot${server.token}/getUpdates`);
  assert.deepEqual((await response.json()).result, []);
  assert.match(server.messages(7).at(-1)!.text!, /that was the code/);
});

Deno.test("code in a group, or another one, tells nobody", async () => {
  await using server = await BotApiServer.start();
  const alice = server.user({ id: 7, first_name: "Alice" });
  alice.send("111111");
  const stop = new AbortController();
  const clock = new FakeClock();
  const found = awaitCode({
    token: server.token,
    apiRoot: server.apiRoot,
    code: "222222",
    signal: stop.signal,
    clock,
  });
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  assert.equal(await found, undefined);
});

Deno.test("code cannot be waited for with a webhook set, and it is said what to do", async () => {
  await using server = await BotApiServer.start();
  const hook = `${server.apiRoot}/bot${server.token}/setWebhook?url=https://example.org/x`;
  await (await fetch(hook)).body?.cancel();
  const { token, apiRoot } = server;
  await assert.rejects(
    awaitCode({ token, apiRoot, code: makeCode(), signal: signal() }),
    (error) => error instanceof CodeError && /webhook[^]*by hand/.test(error.message),
  );
});

Deno.test("set-up takes the engine that is here, Docker first, and leaves one that somebody named", async () => {
  const on = (...there: string[]) =>
    engineOn({
      which: (name) => Promise.resolve(there.includes(name) ? `/bin/${name}` : undefined),
    });
  assert.deepEqual(await Promise.all([on("podman", "docker"), on("podman"), on()]), [
    "docker",
    "podman",
    undefined,
  ]);
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const answers = { ...propose({ yes: true }, undefined, [claude]), token: TOKEN, users: [7] };
  const command = async () => JSON.parse(await Deno.readTextFile(home.configFile)).docker.command;
  await writeAnswers(home, { ...answers, docker: true, engine: "podman" });
  assert.equal(await command(), "podman");
  await updateConfig(home, (raw) => void (raw.docker = { command: "/opt/docker" }));
  await writeAnswers(home, { ...answers, docker: true, engine: "podman" });
  assert.equal(await command(), "/opt/docker");
});
