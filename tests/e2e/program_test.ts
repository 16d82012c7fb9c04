import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { BotApiServer } from "../../src/bot_api/server.ts";
import { otherToken } from "../support/living.ts";
import { programs, runProgram, spawnProgram } from "../support/program.ts";

async function withFolder(fn: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const program of programs()) {
  Deno.test(`program (${program.label}): --version prints the version`, async () => {
    const { code, stdout } = await runProgram(program, ["--version"]);
    assert.deepEqual([code, stdout.trim()], [0, denoJson.version]);
  });

  Deno.test(`program (${program.label}): help lists the commands`, async () => {
    for (const args of [["help"], ["--help"]]) {
      const { code, stdout } = await runProgram(program, args);
      assert.equal(code, 0);
      for (const command of ["start", "demo"]) assert.match(stdout, new RegExp(`\\b${command}\\b`));
    }
  });

  Deno.test(`program (${program.label}): an unknown command is no start; it gets a suggestion`, async () => {
    const { code, stderr } = await runProgram(program, ["strat"]);
    assert.equal(code, 2);
    assert.match(stderr, /Did you mean start/);
  });

  Deno.test(`program (${program.label}): without a set-up it says what to do`, () =>
    withFolder(async (folder) => {
      const home = join(folder, "home");
      const { code, stderr } = await runProgram(program, [], { DUCTOR_HOME: home });
      assert.equal(code, 1);
      assert.match(stderr, /telegram_token/);
      assert.match(stderr, /allowed_user_ids/);
      assert.ok(stderr.includes(join(home, "config", "config.json")));
      if (Deno.build.os !== "windows") {
        const { mode } = await Deno.stat(join(home, "config", "config.json"));
        assert.equal(mode! & 0o777, 0o600);
      }
    }));

  Deno.test(`program (${program.label}): a config that is no JSON is located and left alone`, () =>
    withFolder(async (folder) => {
      const config = join(folder, "config", "config.json");
      await Deno.mkdir(join(folder, "config"));
      const broken = '{\n  "model": "opus",\n  "provider" "claude"\n}\n';
      await Deno.writeTextFile(config, broken);
      const { code, stderr } = await runProgram(program, [], { DUCTOR_HOME: folder });
      assert.equal(code, 1);
      assert.match(stderr, /line 3/);
      assert.match(stderr, /column 14/);
      assert.equal(await Deno.readTextFile(config), broken);
    }));

  Deno.test(`program (${program.label}): a config with values that make no sense names each`, () =>
    withFolder(async (folder) => {
      const config = join(folder, "config", "config.json");
      await Deno.mkdir(join(folder, "config"));
      const bad = JSON.stringify({ provider: "nobody", webhooks: { port: 99999 } });
      await Deno.writeTextFile(config, bad);
      const { code, stderr } = await runProgram(program, [], { DUCTOR_HOME: folder });
      assert.equal(code, 1);
      assert.match(stderr, /provider.*nobody.*claude.*codex/s);
      assert.match(stderr, /webhooks\.port.*99999.*65535/s);
      assert.equal(await Deno.readTextFile(config), bad);
    }));

  Deno.test(`program (${program.label}): demo --say prints the conversation and ends`, async () => {
    const { code, stdout, stderr } = await runProgram(program, [
      "demo",
      "--agent",
      "demo",
      "--say",
      "hello",
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /You: hello\n\n.{20,}/s);
  });

  Deno.test(`program (${program.label}): the bot runs in a home elsewhere, answers, and ends when told`, () =>
    withFolder(async (folder) => {
      await using server = await BotApiServer.start();
      const alice = server.user({ id: 7, first_name: "Alice" });
      const home = join(folder, "not in ~");
      await Deno.mkdir(join(home, "config"), { recursive: true });
      await Deno.writeTextFile(
        join(home, "config", "config.json"),
        JSON.stringify({
          telegram_token: server.token,
          telegram_api_root: server.apiRoot,
          allowed_user_ids: [7],
        }),
      );
      alice.send("/status");
      const child = spawnProgram(program, [], { DUCTOR_HOME: home });
      const output = child.output();
      await server.waitFor(() => server.messages(7).some(({ text }) => text?.startsWith("Status")));
      child.kill("SIGTERM");
      const { code, stderr, stdout } = await output;
      const decoder = new TextDecoder();
      const printed = decoder.decode(stderr) + decoder.decode(stdout);
      assert.equal(code, 0, printed);
      assert.ok(!printed.includes(server.token), "the token was printed");
      const log = await Deno.readTextFile(join(home, "logs", "agent.log"));
      assert.ok(!log.includes(server.token), "the token is in the log");
    }));

  Deno.test(`K7.2 program (${program.label}): the owner of a Python home hears once what becomes of its groups`, () =>
    withFolder(async (home) => {
      await using server = await BotApiServer.start();
      const alice = server.user({ id: 7, first_name: "Alice" });
      await Deno.mkdir(join(home, "config"));
      const config = join(home, "config", "config.json");
      await Deno.writeTextFile(
        config,
        JSON.stringify({
          telegram_token: server.token,
          telegram_api_root: server.apiRoot,
          allowed_user_ids: [7],
          idle_timeout_minutes: 1440,
        }),
      );
      // Looking changes nothing: the notice is the bot's.
      assert.notEqual((await runProgram(program, ["doctor"], { DUCTOR_HOME: home })).stdout, "");
      for (let n = 1; n <= 2; n++) {
        alice.send("/status");
        const child = spawnProgram(program, [], { DUCTOR_HOME: home });
        const output = child.output();
        await server.waitFor(() =>
          server.messages(7).filter(({ text }) => text?.startsWith("Status")).length === n
        );
        child.kill("SIGTERM");
        await output;
        const told = server.messages(7).filter(({ text }) => text?.includes("group_mode mention"));
        assert.equal(told.length, 1, `start ${n}`);
        assert.equal(JSON.parse(await Deno.readTextFile(config)).group_mode, "all");
      }
    }));

  Deno.test(`program (${program.label}): a token Telegram refuses ends it with a hint`, () =>
    withFolder(async (folder) => {
      await using server = await BotApiServer.start();
      await Deno.mkdir(join(folder, "config"));
      const token = otherToken(server.token);
      await Deno.writeTextFile(
        join(folder, "config", "config.json"),
        JSON.stringify({
          telegram_token: token,
          telegram_api_root: server.apiRoot,
          allowed_user_ids: [7],
        }),
      );
      const { code, stderr } = await runProgram(program, [], { DUCTOR_HOME: folder });
      assert.equal(code, 1);
      assert.match(stderr, /@BotFather/);
      assert.ok(!stderr.includes(token));
    }));
}
