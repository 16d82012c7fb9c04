/** Projects with the program as it is started: in a thread that may write to its own folders only. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { until } from "../support/processes.ts";
import { programs, spawnProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { buttonsOf } from "../support/buttons.ts";

for (const program of programs()) {
  Deno.test({
    name:
      `projects (${program.label}): made, worked on in a branch, though the bot may not write there`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using temp = await TempFolder.make();
      await using server = await BotApiServer.start();
      // Not below a folder for temporary files: the bot may write there.
      const outside = await Deno.makeTempDir({ dir: Deno.cwd(), prefix: ".projects-" });
      const home = new Home(temp.at("home"), temp.path);
      const alice = server.user({ id: 1001, first_name: "Alice" });
      await loadConfig(home);
      await updateConfig(home, (raw) => {
        raw.telegram_token = server.token;
        raw.telegram_api_root = server.apiRoot;
        raw.allowed_user_ids = [1001];
        raw.project_roots = [join(outside, "code")];
      });
      const child = spawnProgram(program, ["start"], { DUCTOR_HOME: home.root, HOME: temp.path });
      const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
      const said = () => server.messages(1001).filter(({ from }) => from?.id === server.me.id);
      const says = (pattern: RegExp) =>
        until(() => said().some(({ text }) => pattern.test(text ?? "")), String(pattern), 30_000);
      try {
        alice.send("/project");
        await says(/^Projects/);
        const panel = said().at(-1)!;
        const make = buttonsOf(panel).find(({ text }) => text === "New…")!;
        await alice.press(panel.message_id, make.data);
        await says(/What is it called/);
        alice.send("Till");
        await says(/📁 Till/);
        const folder = join(outside, "code", "Till");
        const commit = ["-C", folder, "-c", "user.name=A", "-c", "user.email=a@example.org"];
        const args = [...commit, "commit", "-q", "--allow-empty", "-m", "Begin"];
        assert.ok((await new Deno.Command("git", { args }).output()).success);
        alice.send("/project till@fix");
        await says(/📁 Till@fix/);
        assert.ok((await Deno.stat(join(home.worktreesDir, "Till", "fix", ".git"))).isFile);
        alice.send("/diff");
        await says(/Nothing has changed in Till@fix/);
      } finally {
        child.kill("SIGTERM");
        await Promise.all([child.status, out, err]);
        await Deno.remove(outside, { recursive: true });
      }
    },
  });
}
