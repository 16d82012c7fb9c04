import assert from "node:assert/strict";
import { isProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { isAgentName, learnAgents } from "./learn_agents.ts";

Deno.test("learn agents: those the config names or the path has; a broken config costs nothing", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("bin"));
  await Deno.writeTextFile(temp.at("bin/goose"), "#!/bin/sh\n", { mode: 0o755 });
  const variables: Record<string, string> = {
    HOME: temp.path,
    DUCTOR_HOME: temp.at("home"),
    PATH: temp.at("bin"),
  };
  const env = { get: (name: string) => variables[name] };

  await learnAgents(env);
  assert.ok(isProvider("goose"), "it is on the path");
  assert.deepEqual(PROVIDER_NAMES.slice(2), ["goose"]);

  await Deno.mkdir(temp.at("home/config"), { recursive: true });
  const config = temp.at("home/config/config.json");
  await Deno.writeTextFile(config, "{ broken");
  await learnAgents(env);

  await Deno.writeTextFile(
    config,
    `{
      // Gemini was chosen, and is not installed any more.
      "provider": "gemini",
      "agents": { "acp": {
        "my-agent": { "command": ["my-agent", "--stdio"], "title": "Mine", "env": { "KEY": "v" } },
        "__proto__": {}, "Bad name": {}, "claude": { "command": ["other"] }, "odd": 7,
      } },
    }`,
  );
  await learnAgents(env);
  assert.deepEqual(PROVIDER_NAMES.slice(2), ["goose", "gemini", "my-agent"]);
  const mine = PROVIDERS["my-agent" as ProviderName];
  assert.deepEqual([mine.title, mine.program, mine.ruleFile], ["Mine", "my-agent", "AGENTS.md"]);
  assert.equal(PROVIDERS.claude.program, "claude", "what is in the table stays");
});

Deno.test("learn agents: names can stand in files, buttons and on the command line", () => {
  assert.deepEqual(["opencode", "my-agent", "a1"].filter(isAgentName).length, 3);
  for (const name of ["", "A", "1a", "a.b", "a b", "../a", "constructor()"]) {
    assert.equal(isAgentName(name), false, name);
  }
});
