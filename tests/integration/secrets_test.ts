/** K16.4: what an agent quotes of our own secrets is not shown. */
import assert from "node:assert/strict";
import { KnownSecrets } from "../../src/base/known_secrets.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { hookOf } from "../support/webhooks.ts";

const HOOKS_TOKEN = "all-the-hooks-0123456789";
const KEY = "value-of-an-env-0123456789";
const HOOK = "secret-of-one-hook-0123456789";

Deno.test("K16.4 an answer that quotes the bot token, a key or the secret of a hook is masked", () =>
  withBot(async ({ alice, bob, server, claude, home, bot, texts, until }) => {
    await new Registry(home.webhooksFile).add(
      hookOf({ id: "one", auth_mode: "bearer", token: HOOK }),
    );
    await bot.webhooks.registry.all();
    const all = [server.token, HOOKS_TOKEN, KEY, HOOK];
    claude.script = async function* () {
      // In pieces, as it comes.
      for (const letters of `**Here**: ${all.join(" and ")}.`.match(/.{1,9}/g)!) {
        yield { type: "text", text: letters };
      }
      await Promise.resolve();
    };
    const group = server.group({ title: "G", members: [alice, bob], botIsAdmin: true });
    const dots = all.map(({ length }) => "•".repeat(length));
    alice.send("What do you know?");
    await until(() => texts().some((text) => text.includes(`${dots[2]} and ${HOOK}.`)));
    alice.send(`@${server.me.username} And here?`, { chat: group.id });
    await until(() => texts(group.id).includes(`Here: ${dots.join(" and ")}.`));
    for (const secret of all.slice(0, 3)) {
      assert.ok(!JSON.stringify(server.messages(ALICE)).includes(secret));
    }
  }, {
    config: { webhooks: { token: HOOKS_TOKEN } },
    bot: { secrets: new KnownSecrets([KEY]) },
  }));

Deno.test("K16.4 a secret is masked where a message ends in the middle of it, while it is written and after", () =>
  withBot(async ({ alice, server, claude, bot, said, until }) => {
    // The first message has room for half of it.
    const answer = `${"x".repeat(4096 - server.token.length / 2)}${server.token}${
      "y".repeat(5000)
    }`;
    claude.script = async function* () {
      for (const letters of answer.match(/.{1,997}/g)!) yield { type: "text", text: letters };
      await Promise.resolve();
    };
    alice.send("What do you know?");
    await until(() => said().some(({ text }) => text?.endsWith("yyy")));
    await bot.settled();
    const all = said().map(({ text }) => text ?? "").join("");
    assert.equal(all, answer.replace(server.token, "•".repeat(server.token.length)));
    const [first, second] = [server.token.slice(0, 20), server.token.slice(-20)];
    for (const { payload } of server.calls) {
      assert.ok(![first, second].some((half) => JSON.stringify(payload).includes(half)));
    }
  }));
