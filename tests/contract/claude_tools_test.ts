/** What Claude Code's tools and hooks say on the wire, with the real CLI in every generation. */

import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import type { Step, Thought } from "../../src/demo/brain/thought.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { until } from "../support/processes.ts";
import { installedClis } from "./cases.ts";
import { prepare } from "./prepare.ts";
import { nothingRuns, open, type Subject, turn } from "./subject.ts";

/** Does `steps` when it is asked the first time, then says what came of it. */
function toolTest(
  name: string,
  steps: readonly Step[][],
  fn: (subject: Subject & { home: string }) => Promise<void>,
  serves: (version: string) => boolean = () => true,
) {
  const clis = installedClis("claude").filter(({ label }) => serves(label));
  for (const { label, path } of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    Deno.test({
      name: `${label}: ${name}`,
      ignore: path === "",
      async fn() {
        let asked = 0;
        const brain = ({ toolResults }: Thought) =>
          steps[asked++] ??
            [{ say: `so: ${toolResults.map(({ output }) => output).join(" and ")}` }];
        await using server = await ModelServer.start({ brain });
        await using prepared = await prepare();
        const env = { ...prepared.spec.env, ...server.claudeEnv(prepared.home) };
        const agent = new ClaudeAgent({ launcher: new HostLauncher(), command: path, env });
        const subject = { ...prepared, agent, spec: { ...prepared.spec, env } };
        await fn(subject as unknown as Parameters<typeof fn>[0]);
        await Promise.all(subject.sessions.map((session) => session.close()));
        await nothingRuns(subject as unknown as Subject);
      },
    });
  }
}

/** Hooks as the user's settings of the CLI have them. */
async function hooks(home: string, given: Record<string, string>): Promise<void> {
  await Deno.mkdir(`${home}/.claude`, { recursive: true });
  const entries = Object.entries(given).map(([event, command]) =>
    [event, [{ matcher: "", hooks: [{ type: "command", command }] }]] as const
  );
  const settings = JSON.stringify({ hooks: Object.fromEntries(entries) });
  await Deno.writeTextFile(`${home}/.claude/settings.json`, settings);
}

toolTest("hooks of the user run, and are no answer", [[{ run: "echo hi" }]], async (subject) => {
  const file = `${subject.home}/ran`;
  const note = `echo noted by a hook; echo x >> ${file}`;
  await hooks(subject.home, { SessionStart: note, PreToolUse: note, PostToolUse: note });
  const { result, text } = await turn(subject, await open(subject), "go");
  assert.equal(result.text, "so: hi");
  assert.equal(text, "so: hi");
  assert.ok((await Deno.readTextFile(file)).length >= 6, "each ran");
});

toolTest(
  "a hook that forbids a tool ends it as failed",
  [[{ run: "echo hi" }]],
  async (subject) => {
    await hooks(subject.home, { PreToolUse: "echo not here >&2; exit 2" });
    const done = await turn(subject, await open(subject), "go");
    assert.equal(done.of("tool").at(-1)?.ok, false);
    assert.match(done.result.text, /not here/);
  },
);

toolTest(
  "two commands of one message are asked for one after the other",
  [[{ run: "touch one && echo 1" }, { run: "touch two && echo 2" }]],
  async (subject) => {
    const asked: string[] = [];
    const on = async (event: AgentEvent) => {
      if (event.type !== "permission") return;
      asked.push(event.detail);
      await event.respond({ behavior: "allow" });
    };
    const session = await open(subject, { permissionMode: "default" });
    const { result } = await turn(subject, session, "go", { permissionMode: "default", on });
    assert.match(asked.join("\n"), /touch one[^]*touch two/);
    assert.equal(result.text, "so: 1 and 2");
  },
);

toolTest(
  "a page is fetched only if it is allowed, and is shown by its address",
  [
    [{ use: "ToolSearch", input: { query: "select:WebFetch" } }],
    [{ use: "WebFetch", input: { url: "http://127.0.0.1:9/x", prompt: "read" } }],
  ],
  async (subject) => {
    const asked: AgentEvent[] = [];
    const on = async (event: AgentEvent) => {
      if (event.type !== "permission") return;
      asked.push(event);
      await event.respond({ behavior: "deny", reason: "not that one" });
    };
    const session = await open(subject, { permissionMode: "default" });
    const done = await turn(subject, session, "go", { permissionMode: "default", on });
    assert.match(JSON.stringify(asked), /WebFetch.*127\.0\.0\.1:9\/x/);
    assert.match(done.result.text, /not that one/);
    assert.equal(
      done.of("tool").find(({ name }) => name === "WebFetch")?.input,
      "http://127.0.0.1:9/x",
    );
  },
);

toolTest(
  "it goes into plan mode by itself, without a question",
  [
    [{ use: "ToolSearch", input: { query: "select:EnterPlanMode" } }],
    [{ use: "EnterPlanMode", input: {} }],
  ],
  async (subject) => {
    const done = await turn(subject, await open(subject), "go");
    assert.deepEqual(done.of("permission"), []);
    assert.match(done.result.text, /plan mode/i);
    assert.ok(done.of("tool").some(({ name, ok }) => name === "EnterPlanMode" && ok));
  },
);

toolTest(
  "a tool that there is not ends as failed",
  [[{ use: "TodoWrite", input: { todos: [{ content: "a", status: "pending" }] } }]],
  async (subject) => {
    const done = await turn(subject, await open(subject), "go");
    assert.equal(done.of("tool").at(-1)?.ok, false);
    assert.match(done.result.text, /TodoWrite/);
  },
);

toolTest(
  "K1.3 what a monitor sees wakes it, until nothing is watched any more",
  [
    [{ use: "ToolSearch", input: { query: "select:Monitor" } }],
    [{
      use: "Monitor",
      input: {
        command: "until [ -e release ]; do sleep 0.1; done; echo seen-it",
        description: "watch",
        timeout_ms: 60_000,
        persistent: false,
      },
    }],
    [{ say: "I watch." }],
  ],
  async (subject) => {
    const session = await open(subject);
    const { result } = await turn(subject, session, "go");
    assert.equal(result.text, "I watch.");
    assert.deepEqual(session.background!.tasks().map(({ title }) => title), ["watch"]);
    const woken: string[] = [];
    const reading = (async () => {
      for await (const { events } of session.background!.woken) {
        for await (const event of events) if (event.type === "text") woken.push(event.text);
      }
    })();
    await Deno.writeTextFile(`${subject.folder}/release`, "");
    await until(() => woken.length > 0, "the woken turn");
    await session.background!.settled();
    await session.close();
    await reading;
    assert.match(woken.join(""), /^so: /);
  },
  // Older ones have no monitor.
  (label) => !label.endsWith(" 2.1.197"),
);
