import assert from "node:assert/strict";
import { isBroken } from "./hook.ts";
import { Registry } from "./registry.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { hookOf } from "../../tests/support/webhooks.ts";

async function withFile(
  content: unknown,
  fn: (registry: Registry, path: string, clock: FakeClock) => Promise<void>,
) {
  await using folder = await TempFolder.make();
  const clock = new FakeClock();
  const path = folder.at("webhooks.json");
  if (content !== undefined) await Deno.writeTextFile(path, JSON.stringify(content));
  await fn(new Registry(path, { clock }), path, clock);
}

const OLD = { id: "old", title: "Old", mode: "wake", prompt_template: "{{x}}" };

Deno.test("a hook of the first Python version gets the defaults", async () => {
  await withFile({ hooks: [OLD] }, async (registry) => {
    const hook = (await registry.find("old"))!;
    assert.equal(hook.enabled, true);
    assert.equal(hook.auth_mode, "bearer");
    assert.equal(hook.hmac_sig_prefix, "sha256=");
    assert.equal(hook.trigger_count, 0);
    assert.equal(hook.quiet_start, null);
    assert.deepEqual(hook.cli_parameters, []);
  });
});

Deno.test("fields nobody knows survive a change of the hook and of the file", async () => {
  const content = { version: 7, hooks: [{ ...OLD, mine: { a: 1 } }] };
  await withFile(content, async (registry, path) => {
    await registry.change("old", (hook) => hook.enabled = false);
    const file = JSON.parse(await Deno.readTextFile(path));
    assert.equal(file.version, 7);
    assert.deepEqual(file.hooks[0].mine, { a: 1 });
    assert.equal(file.hooks[0].enabled, false);
  });
});

Deno.test("a broken entry says what is wrong and harms no other", async () => {
  await withFile({ hooks: [{ id: "bad", title: "No mode" }, OLD, {}] }, async (registry, path) => {
    const all = await registry.all();
    assert.deepEqual(all.map((hook) => [hook.id, isBroken(hook)]), [
      ["bad", true],
      ["old", false],
      ["(no id)", true],
    ]);
    assert.match((all[0] as { problem: string }).problem, /mode/);
    await registry.add(hookOf());
    assert.equal(JSON.parse(await Deno.readTextFile(path)).hooks.length, 4);
    assert.ok(await registry.remove("bad"));
    assert.ok(!await registry.remove("bad"));
  });
});

Deno.test("two hooks cannot have one name", async () => {
  await withFile(undefined, async (registry) => {
    await registry.add(hookOf());
    await assert.rejects(registry.add(hookOf()), /called deploys already/);
  });
});

Deno.test("a change by another process is seen at once", async () => {
  await withFile({ hooks: [OLD] }, async (registry, path) => {
    assert.equal((await registry.find("old"))!.enabled, true);
    await new Registry(path).change("old", (hook) => hook.enabled = false);
    assert.equal((await registry.find("old"))!.enabled, false);
  });
});

Deno.test("counters reach the file together, and errors are told from skips", async () => {
  await withFile({ hooks: [OLD] }, async (registry, path, clock) => {
    for (let n = 0; n < 5; n++) registry.triggered("old");
    registry.ended("old", "error:timeout");
    await clock.advance(1000);
    await registry.flush();
    const read = async () => JSON.parse(await Deno.readTextFile(path)).hooks[0];
    let hook = await read();
    assert.equal(hook.trigger_count, 5);
    assert.equal(hook.last_error, "error:timeout");
    assert.equal(hook.last_triggered_at, "2026-11-23T12:00:00.000Z");
    registry.ended("old", "skipped:quiet_hours");
    registry.ended("gone", "success");
    await registry.flush();
    hook = await read();
    assert.equal(hook.last_error, null);
    assert.equal(hook.last_status, "skipped:quiet_hours");
    assert.equal(hook.trigger_count, 5);
    await clock.advance(2000);
  });
});
