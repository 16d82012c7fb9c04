/** What a running bot tells another command about itself. */
import assert from "node:assert/strict";
import { askBot, hashOf } from "../../src/app/report.ts";
import { readStatus } from "../../src/cli/bot/status.ts";
import { examine } from "../../src/cli/doctor/doctor.ts";
import { namesIn } from "../../src/base/on_disk.ts";
import { withBot } from "../support/bot_bench.ts";

const env = () => ({ OPENAI_API_KEY: "sk-of-the-bot", MINE: "x", PATH: "/bin" });

Deno.test("K4.1 report: the bot says what it has by hashes, whether Telegram answers and who is logged in", () =>
  withBot(async ({ alice, home, texts, until, stop }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    const report = await askBot(home, { agents: true });
    assert.deepEqual(report!.environment, {
      OPENAI_API_KEY: hashOf(report!.salt, "sk-of-the-bot"),
    });
    assert.ok(report!.telegram.answeredAt! > 0);
    assert.equal(report!.telegram.failingSince, undefined);
    assert.ok(report!.agents!.claude!.installed);
    assert.ok((await readStatus(home, "1")).telegram!.answered_at);
    assert.deepEqual(await namesIn(home.requestsDir), [], "nothing is left behind");
    await stop();
    assert.equal(await askBot(home), undefined);
  }, { bot: { env } }));

Deno.test("K4.1 doctor: compares the running bot with the shell, and asks it about the logins", () =>
  withBot(async ({ home, claude }) => {
    claude.auth = { installed: true, version: "7.7.7", login: "yes", detail: "as the bot" };
    const run = () => Promise.resolve({ code: 1, stdout: "", stderr: "" });
    const findings = await examine(home, run, { OPENAI_API_KEY: "sk-else", HTTPS_PROXY: "p" });
    const said = findings.map(({ about, found }) => `${about}: ${found}`);
    assert.ok(
      said.some((text) =>
        text === "Environment: set in this shell, not in the bot: HTTPS_PROXY; " +
            "set to something else in the bot: OPENAI_API_KEY"
      ),
      said.join("\n"),
    );
    assert.ok(said.some((text) => /Claude Code: 7\.7\.7, logged in \(as the bot\)/.test(text)));
  }, { bot: { env } }));
