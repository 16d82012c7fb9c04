import assert from "node:assert/strict";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

const TOKEN = "123456:abcdefghijklmnopqrstuvwxyz0123456";

Deno.test("ductor config get, set, path, schema: answers, exit codes, and what is written", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const file = temp.at("home", "config", "config.json");
  const path = await run("config", "path");
  assert.deepEqual([path.code, path.json], [0, { path: file }]);
  // Looking makes no file.
  assert.equal((await run("config", "get", "model")).json.value, "opus");
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);

  const set = await run("config", "set", "model", "sonnet");
  assert.deepEqual([set.code, set.json.changed, set.json.value], [0, true, "sonnet"]);
  assert.equal((await run("config", "set", "model", "sonnet")).json.changed, false);
  assert.equal((await run("config", "set", "quiet_hours", '{"start":22}')).code, 0);
  assert.deepEqual((await run("config", "get", "quiet_hours")).json.value, {
    start: 22,
    end: null,
  });
  const written = JSON.parse(await Deno.readTextFile(file));
  assert.deepEqual([written.model, written.quiet_hours.start], ["sonnet", 22]);

  const schema = await run("config", "schema");
  assert.equal(schema.code, 0);
  assert.equal(schema.json.properties.model.default, "opus");
  assert.deepEqual(schema.json.properties.provider.enum, ["claude", "codex"]);
});

Deno.test("ductor config refuses values that are not allowed and keys that are not there, and writes nothing", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  await run("config", "set", "model", "sonnet");
  const file = temp.at("home", "config", "config.json");
  const before = await Deno.readTextFile(file);
  const cases: [string[], number, RegExp][] = [
    [["set", "streaming.mode", "fast"], 1, /edit.*draft/],
    [["set", "webhooks.port", "0"], 1, /65/],
    [["set", "webhooks.trusted_proxies", '["proxy"]'], 1, /address or a network/],
    [["set", "webhooks.trusted_proxies", "10.0.0.1"], 1, /list of addresses/],
    [["set", "streaming", "fast"], 1, /group of settings/],
    [["set", "user_timezone", "Berlin"], 1, /no IANA time zone/],
    [["set", "telegram_token", "abc"], 1, /no bot token/],
    [["set", "webhooks", '{"prt":8999}'], 1, /no setting "webhooks\.prt"/],
    [["set", "quiet_hours", '{"start":22,"ende":7}'], 1, /no setting "quiet_hours\.ende"/],
    [["set", "modle", "opus"], 1, /no setting/],
    [["get", "__proto__"], 1, /no setting/],
    [["set", "model"], 2, /missing required argument/],
    [["got"], 2, /Did you mean get/],
  ];
  await Promise.all(cases.map(async ([args, code, reason]) => {
    const ran = await run("config", ...args);
    assert.equal(ran.code, code, args.join(" ") + ran.stdout + ran.stderr);
    assert.match(ran.json?.error ?? ran.stderr, reason, args.join(" "));
  }));
  assert.equal(await Deno.readTextFile(file), before);
});

Deno.test("ductor config set webhooks.host: an address that others can reach comes with a plain warning", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  for (const host of ["127.0.0.2", "::1", "localhost"]) {
    assert.equal((await run("config", "set", "webhooks.host", host)).json.warning, undefined);
  }
  for (const host of ["0.0.0.0", "::", "172.17.0.1"]) {
    const { code, json } = await run("config", "set", "webhooks.host", host);
    assert.equal(code, 0);
    assert.match(json.warning, /Every machine that can reach .*unencrypted/);
  }
});

Deno.test("ductor config shows no secret unless it is told to", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const secrets = { telegram_token: TOKEN, "webhooks.token": "a-webhook-token-of-mine" };
  for (const [key, secret] of Object.entries(secrets)) {
    const shown = [
      await run("config", "set", key, secret),
      await run("config", "get", key),
      await run("config", "get", key.split(".")[0]!),
      await run("config", "get"),
    ];
    for (const { code, stdout, stderr } of shown) {
      assert.equal(code, 0, stderr);
      assert.ok(!(stdout + stderr).includes(secret), stdout);
    }
    assert.equal((await run("config", "get", key, "--reveal")).json.value, secret);
  }
});

Deno.test("K9.3 ductor config set: a value that is not allowed is named as such, the file is not called broken", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  await run("config", "set", "model", "opus");
  const { code, json } = await run("config", "set", "permission_mode", "nonsense");
  assert.equal(code, 1);
  assert.match(
    json.error,
    /^permission_mode cannot be "nonsense"; allowed: one of .*\nNothing was/,
  );
  assert.doesNotMatch(json.error, /start again|Cannot use/);
  assert.equal((await run("config", "get", "permission_mode")).json.value, "bypassPermissions");
});
