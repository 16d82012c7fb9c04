/**
 * The fallback for versions of Codex without an app server, tried on the real CLI behind a script
 * that refuses `app-server` as they do.
 */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";
import { nothingRuns, open, type Subject, turn } from "./subject.ts";

const codex = findCli("codex");
const missing = codex === undefined
  ? "codex not found (npm install @openai/codex)"
  : Deno.build.os === "windows"
  ? "a POSIX shell to stand in for an old codex"
  : undefined;
// deno-lint-ignore no-console -- a test run has to show what it left out
if (missing) console.log(`skipped: ${missing}`);

async function setup(): Promise<Subject> {
  const server = await ModelServer.start();
  const { home, ...common } = await prepare();
  const env = { ...common.spec.env, ...await server.codexEnv(home) };
  const old = join(home, "old-codex");
  await Deno.writeTextFile(
    old,
    `#!/bin/sh
if [ "$1" = app-server ]; then
  echo "error: unrecognized subcommand 'app-server'" >&2
  exit 2
fi
exec ${codex} "$@"
`,
    { mode: 0o755 },
  );
  return {
    ...common,
    server,
    agent: new CodexAgent({ launcher: new HostLauncher(), command: old, env }),
    spec: { ...common.spec, env },
    models: { first: ["gpt-5.5", /./], second: ["gpt-6.1-sol", /./], unknown: "no-such-model" },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await common[Symbol.asyncDispose]();
    },
  };
}

function check(name: string, fn: (subject: Subject) => Promise<void>): void {
  Deno.test({
    name: `codex exec: ${name}`,
    ignore: missing !== undefined,
    async fn() {
      await using subject = await setup();
      await fn(subject);
      await nothingRuns(subject);
    },
  });
}

check(
  "a conversation goes on over its processes, with memory and another model",
  async (subject) => {
    const session = await open(subject, { instructions: "The user's dog is called Wuffomat." });
    const first = await turn(subject, session, "remember the number is 7421");
    assert.ok((first.result.usage?.outputTokens ?? 0) > 0);
    const second = await turn(subject, session, "what did I say?", { model: "gpt-6.1-sol" });
    assert.match(second.result.text, /7421/);
    const asked = subject.server!.requests.at(-1)!;
    assert.equal(asked.model, "gpt-6.1-sol");
    assert.match(JSON.stringify(asked.body), /Wuffomat/);
    const resumed = await open(subject, { resume: session.id! });
    assert.match((await turn(subject, resumed, "what did I say?")).result.text, /7421/);
  },
);

check("a tool runs, and an interrupt in the middle of another leaves nothing", async (subject) => {
  const session = await open(subject);
  const file = join(subject.folder, "proof");
  const done = await turn(subject, session, `run: echo proof > ${file}`);
  assert.equal(done.of("tool").at(-1)?.ok, true);
  assert.equal((await Deno.readTextFile(file)).trim(), "proof");
  const cut = await turn(subject, session, "run: sleep 300", {
    on: async ({ type }) => {
      if (type === "tool") await session.interrupt();
    },
  });
  assert.equal(cut.result.interrupted, true);
  await nothingRuns(subject);
  assert.match((await turn(subject, session, "hello")).result.text, /demo agent/);
});

check("an unknown model, and a session that is gone, are told apart", async (subject) => {
  const session = await open(subject);
  const { error } = await turn(subject, session, "hello", { model: "no-such-model" });
  assert.equal(error.kind, "refused");
  const lost = await open(subject, { resume: crypto.randomUUID() });
  assert.equal((await turn(subject, lost, "hello")).error.kind, "resume_failed");
});
