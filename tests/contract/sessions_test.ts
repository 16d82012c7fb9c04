/** The sessions that the real CLIs keep: listed, named, copied, and gone on with on both sides. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Agent } from "../../src/agents/agent.ts";
import type { SessionInfo } from "../../src/agents/session_info.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { ModelServer } from "../support/model_server.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { installedClis } from "./cases.ts";

interface Bare {
  agent: Agent;
  model: ModelServer;
  folder: string;
  stateDir: string;
  /** What a person types in a terminal; returns what was printed. */
  bare(prompt: string, resume?: string): Promise<string>;
}

type Name = "claude" | "codex";

/** One test for each installed generation. */
function withBare(provider: Name, name: string, fn: (bench: Bare) => Promise<void>): void {
  const clis = installedClis(provider);
  for (const { label, path } of clis.length > 0 ? clis : [{ label: provider, path: "" }]) {
    Deno.test({
      name: `${label} and its sessions: ${name}`,
      ignore: path === "",
      async fn() {
        await using model = await ModelServer.start();
        await using temp = await TempFolder.make();
        const folder = temp.at("shop");
        for (const name of ["shop", "cli", "state"]) await Deno.mkdir(temp.at(name));
        const env = provider === "claude"
          ? model.claudeEnv(temp.at("cli"))
          : await model.codexEnv(temp.at("cli"));
        const stateDir = temp.at("state");
        const options = { launcher: new HostLauncher(), command: path, env, stateDir };
        const agent = provider === "claude" ? new ClaudeAgent(options) : new CodexAgent(options);
        const bare = async (prompt: string, resume?: string) => {
          const args = provider === "claude"
            ? ["-p", ...resume ? ["--resume", resume] : [], prompt]
            : ["exec", ...resume ? ["resume", resume] : [], "--skip-git-repo-check", prompt];
          const { stdout, stderr, code } = await new Deno.Command(path, {
            args,
            cwd: folder,
            env,
            stdin: "null",
          }).output();
          const printed = new TextDecoder().decode(stdout);
          assert.equal(code, 0, printed + new TextDecoder().decode(stderr));
          return printed;
        };
        await fn({ agent, model, folder, stateDir, bare });
      },
    });
  }
}

/** What the model was told last; what is asked for a title beside it knows less. */
function heard({ requests }: ModelServer, words: string): string {
  return requests.map(({ body }) => JSON.stringify(body)).filter((body) => body.includes(words))
    .sort((a, b) => a.length - b.length).at(-1) ?? "";
}

async function say(agent: Agent, session: SessionInfo, text: string, fork: boolean) {
  const opened = await agent.open({
    cwd: session.folder,
    resume: session.id,
    fork,
    permissionMode: "default",
    extraArgs: [],
    env: {},
  });
  try {
    const turn = { text: `say: ${text}`, permissionMode: "default" as const };
    for await (const event of opened.run(turn, new AbortController().signal)) {
      assert.notEqual(event.type, "error", JSON.stringify(event));
    }
    const [open] = (await agent.sessions!()).filter(({ id }) => id === opened.id);
    return { id: opened.id!, pid: opened.pid, open: open?.open };
  } finally {
    await opened.close();
  }
}

for (const provider of ["claude", "codex"] as const) {
  withBare(provider, "listed with title and folder, named, its last words told", async (bench) => {
    const { agent, folder, bare } = bench;
    const began = Date.now() - 1000;
    assert.deepEqual(await agent.sessions!(), []);
    await bare("say: the first word is zebrafish");
    const [session, ...others] = await agent.sessions!(folder);
    assert.equal(others.length, 0);
    assert.equal(session?.title, "say: the first word is zebrafish");
    assert.equal(session.folder, await Deno.realPath(folder));
    assert.ok(session.updated >= began && session.updated <= Date.now());
    assert.equal(session.open, undefined);
    assert.deepEqual(await agent.sessions!(join(folder, "other")), []);
    assert.deepEqual(await agent.lastWords!(session), [
      { by: "user", text: "say: the first word is zebrafish" },
      { by: "agent", text: "the first word is zebrafish" },
    ]);
    await agent.nameSession!(session, "Fish & “chips”");
    assert.equal((await agent.sessions!())[0]?.title, "Fish & “chips”");
    // It survives what the CLI writes itself.
    await bare("say: more", session.id);
    assert.deepEqual((await agent.sessions!()).map(({ title }) => title), ["Fish & “chips”"]);
  });

  withBare(
    provider,
    "a copy knows what was said, and leaves the session as it is",
    async (bench) => {
      const { agent, model, bare } = bench;
      await bare("say: the first word is zebrafish");
      const [session] = await agent.sessions!();
      const copy = await say(agent, session!, "the copy's quokka", true);
      assert.notEqual(copy.id, session!.id);
      assert.ok(heard(model, "quokka").includes("zebrafish"));
      // Open while its process lives; Codex does not say whose it is.
      // Claude Code 2.1.197 does not list what is no terminal's, or does so late.
      const open = copy.open ?? (provider === "claude" ? [copy.pid] : undefined);
      assert.deepEqual(open, provider === "claude" ? [copy.pid] : []);
      const all = await agent.sessions!();
      assert.deepEqual(new Set(all.map(({ id }) => id)), new Set([copy.id, session!.id]));
      assert.deepEqual(all.map(({ open }) => open), [undefined, undefined]);
      await bare("say: the terminal's okapi", session!.id);
      assert.ok(heard(model, "okapi").includes("zebrafish"));
      assert.ok(!heard(model, "okapi").includes("quokka"));
    },
  );
}

/** The whole bot beside it. */
function inChat(provider: Name, name: string, fn: (bench: Bare & Chat) => Promise<void>): void {
  withBare(provider, `in a chat: ${name}`, (bare) => {
    const agents = {
      claude: new ScriptedAgent("claude"),
      codex: new ScriptedAgent("codex"),
      [provider]: bare.agent,
    } as { claude: Agent; codex: Agent };
    return withBot(async (bench) => {
      const said = async (act: () => unknown, what: RegExp) => {
        await act();
        await bench.until(() => what.test(bench.texts().at(-1) ?? ""));
        await bench.bot.settled();
      };
      await fn({
        ...bare,
        said: (text, what) => said(() => bench.alice.send(text), what),
        press: (label, what) =>
          said(async () => {
            const message = bench.said().at(-1)!;
            const button = buttonsOf(message).find(({ text }) => label.test(text));
            assert.ok(button, `no button ${label} in ${bench.texts()}`);
            await bench.alice.press(message.message_id, button.data);
          }, what),
      });
    }, {
      config: { provider, model: provider === "claude" ? "opus" : "" },
      bot: { agents },
    });
  });
}

interface Chat {
  /** Waits until the newest message is like that. */
  said(text: string, what: RegExp): Promise<void>;
  press(label: RegExp, what: RegExp): Promise<void>;
}

for (const provider of ["claude", "codex"] as const) {
  inChat(provider, "begun in a terminal, continued here, and there again", async (bench) => {
    const { agent, model, bare, said, press } = bench;
    await bare("say: the first word is zebrafish");
    await said(
      "/sessions",
      /1\. say: the first word is zebrafish\n.*shop · .* · 1 message|1\. say/,
    );
    await press(/1\./, /Continue here|claude --resume|codex resume/);
    await press(/Continue here/, /^▶ Going on with/);
    await said("say: the second word is quokka", /^the second word is quokka/);
    assert.ok(heard(model, "quokka").includes("zebrafish"));
    await said("/name Fish", /now called “Fish”/);
    const [session, ...others] = await agent.sessions!();
    assert.deepEqual([session?.title, others.length], ["Fish", 0]);
    // Whoever leaves the phone: the warm process is not there any more.
    await said("/new", /New session/);
    await bare("say: the third word is okapi", session!.id);
    const body = heard(model, "okapi");
    assert.ok(body.includes("zebrafish") && body.includes("quokka"));
    await said("/continue", /^▶ Going on with Fish/);
    await said("say: fourth", /^fourth/);
    assert.ok(heard(model, "fourth").includes("okapi"));
  });

  inChat(provider, "a copy is made, and the terminal's goes on without it", async (bench) => {
    const { agent, model, bare, said, press } = bench;
    await bare("say: the first word is zebrafish");
    const [session] = await agent.sessions!();
    await said("/sessions", /1\. say/);
    await press(/1\./, /resume/);
    await press(/As a copy/, /goes to a copy/);
    await said("say: the second word is quokka", /^the second word is quokka/);
    await said("say: third", /^third/);
    assert.ok(heard(model, "third").includes("zebrafish"));
    assert.ok(heard(model, "third").includes("quokka"));
    await bare("say: the fourth word is okapi", session!.id);
    assert.ok(!heard(model, "okapi").includes("quokka"));
    assert.equal((await agent.sessions!()).length, 2);
  });
}
