/** A CLI that is older than ductor knows, in a chat and for the doctor. */

import assert from "node:assert/strict";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { stateOf } from "../../src/cli/setup/clis.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { withBot } from "../support/bot_bench.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test({
  name: "a Claude that is too old is told to update instead of failing strangely",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await TempFolder.make();
    const command = folder.at("claude");
    // As old ones do: they know neither the flags nor the question about the login.
    const script =
      "#!/bin/sh\n[ \"$1\" = --version ] && echo '2.0.9 (Claude Code)' && exit\nexit 1\n";
    await Deno.writeTextFile(command, script);
    await Deno.chmod(command, 0o755);
    const claude = new ClaudeAgent({ launcher: new HostLauncher(), command });
    const state = await claude.authState();
    assert.deepEqual(stateOf({ provider: "claude", ...state }), {
      found: "too old for ductor",
      todo: "Update it: claude update",
    });
    await withBot(async ({ alice, texts, until }) => {
      alice.send("hello");
      await until(() => texts().length > 0);
      assert.match(texts()[0]!, /too old for ductor, which needs 2\.1\.197.*claude update/);
      alice.send("/status");
      await until(() => texts().at(-1)!.includes("Claude Code: too old; update it with claude"));
    }, { bot: { agents: { claude, codex: new ScriptedAgent("codex") } } });
  },
});
