import assert from "node:assert/strict";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { type Program, programs, spawnProgram } from "../support/program.ts";

/** A home that is set up, and the program that runs in it. */
async function configured() {
  await using closing = new AsyncDisposableStack();
  const folder = closing.use(await TempFolder.make());
  const server = closing.use(await BotApiServer.start());
  const alice = server.user({ id: 1001, first_name: "Alice" });
  const home = new Home(folder.at(".ductor"));
  await loadConfig(home);
  await updateConfig(home, (raw) => {
    Object.assign(raw, {
      telegram_token: server.token,
      telegram_api_root: server.apiRoot,
      allowed_user_ids: [alice.id],
    });
  });
  const open = closing.move();
  return {
    home,
    server,
    alice,
    texts: () => server.messages(alice.id).map(({ text }) => text ?? ""),
    async run(program: Program, work: () => Promise<unknown>) {
      const child = spawnProgram(program, ["start"], { DUCTOR_HOME: home.root });
      const ended = child.output();
      try {
        await work();
      } finally {
        child.kill("SIGTERM");
        await ended;
      }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

for (const program of programs()) {
  Deno.test(`program (${program.label}): /restart starts it again, once, and it says so`, async () => {
    await using bench = await configured();
    const { server, alice, texts } = bench;
    await bench.run(program, async () => {
      alice.send("/restart");
      await server.waitFor(() => texts().some((text) => text.includes("ductor is back")));
      alice.send("/info");
      await server.waitFor(() => texts().some((text) => /^ductor \d/.test(text)));
      assert.equal(texts().filter((text) => text.includes("Restarting")).length, 1);
      assert.equal(texts().filter((text) => text.includes("ductor is back")).length, 1);
    });
  });

  Deno.test(`program (${program.label}): K15.8 a start with a broken config runs on the last good one and says where the mistake is`, async () => {
    await using bench = await configured();
    const { home, server, alice, texts } = bench;
    alice.send("/info");
    await bench.run(
      program,
      () => server.waitFor(() => texts().some((text) => /^ductor \d/.test(text))),
    );
    const good = await Deno.readTextFile(home.configFile);
    const broken = good.replace('"allowed_user_ids"', 'allowed_user_ids"');
    await Deno.writeTextFile(home.configFile, broken);
    const seen = texts().length;
    alice.send("/info");
    await bench.run(program, async () => {
      await server.waitFor(() => texts().slice(seen).some((text) => /^ductor \d/.test(text)));
      await server.waitFor(() =>
        texts().some((text) => /last config that could be used.*line \d+/s.test(text))
      );
    });
    assert.equal(await Deno.readTextFile(home.configFile), broken, "the user's file is left alone");
    assert.ok(!JSON.stringify(texts()).includes(server.token));
  });
}
