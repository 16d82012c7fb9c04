import assert from "node:assert/strict";
import { appliesWhen, configJsonSchema, configKeys, RESTART_KEYS } from "./keys.ts";
import { defaultConfig } from "./schema.ts";

Deno.test("config keys: each says what it does, its default, and when a change acts", () => {
  for (const [key, { description, applies, ...kind }] of configKeys()) {
    assert.ok(description, key);
    assert.ok(applies === "live" || applies === "restart", key);
    assert.ok("default" in kind, key);
    assert.equal(appliesWhen(key), applies, `${key} acts when its group does`);
  }
});

Deno.test("config keys: there are as many as the config has", () => {
  const all = Object.entries(defaultConfig()).flatMap(([key, value]) =>
    // Names of projects and topics are no keys of ours.
    value && typeof value === "object" && !Array.isArray(value) && key !== "projects" &&
      key !== "project_roots"
      ? Object.keys(value).map((name) => `${key}.${name}`)
      : [key]
  );
  const set = [...configKeys()].filter(([, { default: value }]) => value !== undefined);
  assert.deepEqual(set.map(([key]) => key), all);
});

Deno.test("config keys: whom the bot speaks with, and where, waits for a restart", () => {
  assert.deepEqual(RESTART_KEYS.filter((key) => !key.startsWith("docker.")), [
    "ductor_home",
    "telegram_token",
    "telegram_api_root",
    "agents.acp",
  ]);
  assert.equal(appliesWhen("docker"), "restart");
  assert.equal(appliesWhen("docker.memory"), "restart");
  assert.equal(appliesWhen("webhooks"), "live");
  assert.equal(configJsonSchema().properties!.webhooks!.properties!.port!.applies, "live");
});
