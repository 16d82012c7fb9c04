import assert from "node:assert/strict";
import {
  allTitles,
  configHomeOf,
  createAgents,
  isProvider,
  PROVIDER_NAMES,
  PROVIDERS,
  RULE_FILES,
} from "./provider.ts";
import { FakeLauncher } from "../../tests/support/fake_child.ts";

Deno.test("providers: names that every object has are no providers", () => {
  for (const name of ["constructor", "toString", "__proto__", "", "Claude"]) {
    assert.equal(isProvider(name), false, name);
  }
  assert.ok(PROVIDER_NAMES.every(isProvider));
});

Deno.test("providers: no two share a config key, a folder, a program or a file", () => {
  for (
    const of of [
      (name) => PROVIDERS[name].effort.key,
      (name) => PROVIDERS[name].configHome.folder,
      (name) => PROVIDERS[name].configHome.variable,
      (name) => PROVIDERS[name].program,
      (name) => PROVIDERS[name].title,
    ] as ((name: typeof PROVIDER_NAMES[number]) => string)[]
  ) {
    assert.equal(new Set(PROVIDER_NAMES.map(of)).size, PROVIDER_NAMES.length, String(of));
  }
  assert.equal(new Set(RULE_FILES).size, RULE_FILES.length);
});

Deno.test("providers: the CLI's own variable says where its settings are", () => {
  const none = () => undefined;
  assert.match(configHomeOf("claude", "/u", none)!, /u.\.claude$/);
  assert.equal(
    configHomeOf("codex", "/u", (name) => name === "CODEX_HOME" ? "/c" : undefined),
    "/c",
  );
  assert.equal(configHomeOf("claude", undefined, none), undefined);
});

Deno.test("providers: each makes an agent of its own name, and starts nothing for it", async () => {
  const launcher = new FakeLauncher();
  const agents = await createAgents({ launcher });
  assert.deepEqual(Object.values(agents).map(({ provider }) => provider), PROVIDER_NAMES);
  assert.deepEqual(launcher.launched, []);
  assert.equal(allTitles("or"), "Claude Code or Codex");
});
