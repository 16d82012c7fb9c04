import assert from "node:assert/strict";
import { ALICE, type BotBench, withBot } from "../../../tests/support/bot_bench.ts";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { freePort } from "../../../tests/support/free_port.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

const ADD = ["--title", "Deploys", "--prompt", "Look at {{text}}"];

Deno.test("ductor webhook add, list, edit, remove: what they answer, and a secret shown once", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"), { DUCTOR_CHAT_ID: "-77", DUCTOR_THREAD_ID: "5" });
  const added = await run("webhook", "add", "Deploys!", ...ADD);
  assert.equal(added.code, 0, added.stderr);
  assert.equal(added.json.hook_id, "deploys");
  const file = async () =>
    JSON.parse(await Deno.readTextFile(temp.at("home", "webhooks.json"))).hooks;
  const [hook] = await file();
  assert.ok(hook.token.length >= 32);
  assert.ok(added.stdout.includes(hook.token));
  assert.deepEqual([hook.chat_id, hook.thread_id], [-77, 5]);
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(temp.at("home", "webhooks.json"))).mode! & 0o777, 0o600);
  }

  const again = await run("webhook", "add", "deploys", ...ADD);
  assert.deepEqual([again.code, /already/.test(again.json.error)], [1, true]);
  const task = ["--mode", "cron_task", "--preset", "github", "--quiet-start", "22"];
  const second = await run("webhook", "add", "checks", ...ADD, ...task);
  assert.equal(second.code, 0, second.stdout);
  assert.ok(
    (await Deno.stat(temp.at("home", "workspace", "cron_tasks", "checks", "TASK_DESCRIPTION.md")))
      .isFile,
  );

  const edited = await run("webhook", "edit", "deploys", "--title", "Releases", "--disable");
  assert.deepEqual(edited.json.updated_fields, ["title", "enabled"]);
  const same = await run("webhook", "edit", "deploys", "--disable");
  assert.deepEqual([same.code, same.json.updated], [0, false]);

  const listed = await run("webhook", "list");
  assert.equal(listed.json.count, 2);
  assert.deepEqual(
    listed.json.hooks.map(({ id, title, enabled, secret_set }: Record<string, unknown>) => [
      ...[id, title, enabled, secret_set],
    ]),
    [["deploys", "Releases", false, true], ["checks", "Deploys", true, true]],
  );
  for (const { stdout } of [edited, same, listed]) {
    for (const { token, hmac_secret } of await file()) {
      for (const secret of [token, hmac_secret].filter((one) => one)) {
        assert.ok(!stdout.includes(secret));
      }
    }
  }

  const gone = await run("webhook", "remove", "deploy");
  assert.deepEqual([gone.code, gone.json.available_hooks], [1, ["deploys", "checks"]]);
  assert.equal((await run("webhook", "remove", "deploys")).code, 0);
  const kept = await run("webhook", "remove", "checks");
  assert.deepEqual([kept.code, kept.json.task_folder_kept], [0, "checks"]);
  assert.deepEqual(await file(), []);
});

Deno.test("ductor webhook refuses what makes no sense and leaves nothing behind", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const cases: [string[], number, RegExp][] = [
    [["add", "x", "--title", "X"], 2, /--prompt/],
    [["add", "x", ...ADD, "--mode", "dream"], 2, /wake, cron_task/],
    [["add", "x", ...ADD, "--quiet-start", "24"], 2, /0 to 23/],
    [["add", "x", "--title", " ", "--prompt", "P"], 1, /title is empty/],
    [["add", "x", ...ADD, "--cli-parameters", "verbose"], 1, /JSON list/],
    [["add", "x", ...ADD, "--preset", "github", "--hmac-header", "X-Sig"], 1, /not both/],
    [["add", "x", ...ADD, "--mode", "cron_task", "--model", "opsu"], 1, /Did you mean opus/],
    [["add", "x", ...ADD, "--provider", "codex", "--model", "opus"], 1, /not of codex/],
    [["edit", "nobody", "--disable"], 1, /nobody/],
    [["rotate-token", "nobody"], 1, /nobody/],
    [["lst"], 2, /Did you mean list/],
  ];
  await Promise.all(cases.map(async ([args, code, reason]) => {
    const ran = await run("webhook", ...args);
    assert.equal(ran.code, code, args.join(" ") + ran.stdout + ran.stderr);
    assert.match(ran.json?.error ?? ran.stderr, reason);
  }));
  assert.equal((await run("webhook", "list")).json.count, 0);
});

async function withHooks(
  fn: (bench: BotBench, run: ReturnType<typeof ductorOn>) => Promise<void>,
): Promise<void> {
  const webhooks = { enabled: true, host: "127.0.0.1", port: freePort() };
  await withBot(async (bench) => {
    bench.alice.send("/interrupt");
    await bench.until(() => bench.texts().length === 1);
    await fn(bench, ductorOn(bench.home.root, { DUCTOR_CHAT_ID: String(ALICE) }));
  }, { config: { webhooks } });
}

Deno.test("ductor webhook test: the running bot answers 202 and the agent is given the event", async () => {
  await withHooks(async ({ until, texts, claude }, run) => {
    for (const [name, ...more] of [["plain"], ["signed", "--preset", "github"]] as const) {
      assert.equal((await run("webhook", "add", name, ...ADD, ...more)).code, 0);
      const tested = await run("webhook", "test", name, "--payload", `{"text":"${name} v2"}`);
      assert.deepEqual([tested.code, tested.json.status], [0, 202], tested.stdout);
      await until(() => texts().some((text) => text.includes(`Look at ${name} v2`)));
    }
    assert.equal(claude.turns.length, 2);
    const bad = await run("webhook", "test", "plain", "--payload", "{");
    assert.deepEqual([bad.code, /not JSON/.test(bad.json.error)], [1, true]);
    await run("webhook", "edit", "plain", "--disable");
    const off = await run("webhook", "test", "plain");
    assert.deepEqual([off.code, off.json.status], [1, 401]);
  });
});

Deno.test("ductor webhook rotate-token: the new secret counts at once, the old one as it was told", async () => {
  await withHooks(async ({ home }, run) => {
    assert.equal((await run("webhook", "add", "deploys", ...ADD)).code, 0);
    const token = async () => JSON.parse(await Deno.readTextFile(home.webhooksFile)).hooks[0].token;
    const { port } = JSON.parse(await Deno.readTextFile(home.configFile)).webhooks;
    const status = async (secret: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/hooks/deploys`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
        body: "{}",
      });
      await response.body?.cancel();
      return response.status;
    };
    const first = await token();
    const rotated = await run("webhook", "rotate-token", "deploys");
    const second = await token();
    assert.deepEqual(rotated.json.rotated, [{ hook_id: "deploys", secret: second }]);
    assert.notEqual(second, first);
    assert.deepEqual([await status(first), await status(second)], [202, 202]);
    assert.equal((await run("webhook", "rotate-token", "deploys", "--now")).code, 0);
    assert.deepEqual([await status(second), await status(await token())], [401, 202]);
  });
});

Deno.test("ductor webhook test says what to do when nobody listens or webhooks are off", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  await run("webhook", "add", "deploys", ...ADD);
  const off = await run("webhook", "test", "deploys");
  assert.deepEqual([off.code, /switched off/.test(off.json.error)], [1, true]);
  await run("config", "set", "webhooks.enabled", "true");
  await run("config", "set", "webhooks.port", String(freePort()));
  const nobody = await run("webhook", "test", "deploys");
  assert.deepEqual([nobody.code, /Is the bot running/.test(nobody.json.error)], [1, true]);
});
