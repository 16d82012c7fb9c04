import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { loadConfig } from "../config/load.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { LiveConfig } from "./live_config.ts";

async function withConfig(fn: (live: LiveConfig, home: Home) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await fn(await LiveConfig.open(home, (await loadConfig(home)).config), home);
}

Deno.test("live config: who acts on a key is called when it has another value, and only then", () =>
  withConfig(async (live, home) => {
    const ports: number[] = [];
    const groups: number[] = [];
    live.changed(
      ["webhooks.port", "webhooks.host"],
      ({ webhooks }) => void ports.push(webhooks.port),
    );
    live.changed(["webhooks"], ({ webhooks }) => void groups.push(webhooks.port));
    const { webhooks } = live.get();
    await live.update({ model: "haiku" });
    await live.update({ webhooks: { ...webhooks, max_body_bytes: 1 } });
    await live.update({ webhooks: { ...webhooks, port: 1234 } });
    await live.update({ webhooks: { ...webhooks, port: 1234 } });
    assert.deepEqual([ports, groups], [[1234], [webhooks.port, 1234]]);
    assert.equal((await loadConfig(home)).config.model, "haiku");
  }));

Deno.test("live config: what waits for a restart keeps its value; the file has the new one", () =>
  withConfig(async (live, home) => {
    let called = 0;
    live.changed(["docker"], () => void called++);
    const { docker } = live.get();
    await live.update({ docker: { ...docker, enabled: true }, model: "haiku" });
    assert.deepEqual([live.get().docker.enabled, live.get().model, called], [false, "haiku", 0]);
    assert.equal((await loadConfig(home)).config.docker.enabled, true);
  }));

Deno.test("live config: one who fails to act does not hinder the others", () =>
  withConfig(async (live) => {
    const acted: string[] = [];
    live.changed(["model"], () => {
      throw new Error("no");
    });
    live.changed(["model"], () => Promise.reject(new Error("no")));
    live.changed(["model"], ({ model }) => void acted.push(model));
    await live.update({ model: "haiku" });
    await settle();
    assert.deepEqual(acted, ["haiku"]);
  }));
