/** The program with its bot in a thread of its own, and Claude Code in a terminal somebody types in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findCli } from "../contract/cases.ts";
import { buttonsOf } from "../support/buttons.ts";
import { withMachine } from "../support/living.ts";
import { ModelServer } from "../support/model_server.ts";
import { until } from "../support/processes.ts";
import { programs } from "../support/program.ts";
import { Terminal, TMUX } from "../support/terminal.ts";

const claude = findCli("claude");

for (const program of programs()) {
  Deno.test({
    name: `terminal (${program.label}): what is asked there arrives when nobody types any more`,
    ignore: claude === undefined || TMUX === undefined,
    fn: () =>
      withMachine(program, async (m) => {
        await using model = await ModelServer.start();
        const me = m.env.HOME!;
        const config = model.claudeEnv(me);
        Object.assign(m.env, config);
        const folder = join(me, "shop");
        await Deno.mkdir(folder, { recursive: true });
        await Deno.mkdir(config.CLAUDE_CONFIG_DIR!, { recursive: true });
        await Deno.writeTextFile(
          join(config.CLAUDE_CONFIG_DIR!, ".claude.json"),
          JSON.stringify({
            hasCompletedOnboarding: true,
            theme: "dark",
            customApiKeyResponses: { approved: ["local-test-key"], rejected: [] },
            projects: { [folder]: { hasTrustDialogAccepted: true } },
          }),
        );
        await m.configure({ hooks: { quiet_when_active_seconds: 20 } });
        await m.start("start");
        m.alice.send("/interrupt");
        const said = () => m.server.messages(7);
        await until(() => said().length > 1, () => JSON.stringify(said()));
        const installed = await m.run("hooks", "install");
        assert.equal(installed.code, 0, installed.stdout + installed.stderr);
        await using terminal = await Terminal.start(
          [claude!, "--permission-mode", "default"],
          { cwd: folder, env: m.env },
        );
        await terminal.shows(/❯/);
        await terminal.type(`run: touch ${join(me, "made")}`);
        await terminal.shows(/Do you want to proceed/);
        const began = Date.now();
        const asked = () => said().find(({ text }) => text?.startsWith("A terminal in shop asks"));
        await until(() => asked() !== undefined, () => JSON.stringify(said()), 60_000);
        // The system knows the time of the last input to within 8 seconds.
        assert.ok(Date.now() - began > 5000, "it is not asked at once");
        const allow = buttonsOf(asked()).find(({ text }) => text === "Allow")!;
        await m.alice.press(asked()!.message_id, allow.data);
        await terminal.shows(/The command said/);
      }),
  });
}
