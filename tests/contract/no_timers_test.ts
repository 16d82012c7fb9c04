/** What the model is not offered: timers that end with the process, and turns without an end. */

import assert from "node:assert/strict";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import type { Agent } from "../../src/agents/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { installedClis } from "./cases.ts";
import { prepare } from "./prepare.ts";
import { nothingRuns, open, type Subject, turn } from "./subject.ts";

/** Names of the tools that the model is told of, whether it may call them at once or load them. */
async function offered(
  agentOf: (env: Record<string, string>, server: ModelServer, home: string) => Promise<Agent>,
  extraArgs: string[] = [],
): Promise<string[]> {
  await using server = await ModelServer.start();
  await using prepared = await prepare();
  const agent = await agentOf(prepared.spec.env as Record<string, string>, server, prepared.home);
  const subject = { ...prepared, agent } as unknown as Subject;
  const session = await open(subject, { extraArgs });
  await turn(subject, session, "hello");
  await session.close();
  await nothingRuns(subject);
  const { body } = server.requests.at(-1)!;
  const named = (body.tools as { name?: string; type: string }[]).map((tool) =>
    tool.name ?? tool.type
  );
  // Those to be loaded stand in the text, a line each.
  const listed = JSON.stringify(body.messages ?? []).match(/(?<=\\n)[A-Z]\w+(?=\\n)/g) ?? [];
  return [...named, ...listed];
}

for (const { label, path } of installedClis("claude")) {
  const agentOf = (env: Record<string, string>, server: ModelServer, home: string) =>
    Promise.resolve(
      new ClaudeAgent({
        launcher: new HostLauncher(),
        command: path,
        env: { ...env, ...server.claudeEnv(home) },
      }),
    );

  Deno.test(`${label}: the model has no timers of the CLI, whatever else the user takes from it`, async () => {
    const tools = await offered(agentOf, ["--disallowedTools", "WebFetch"]);
    assert.deepEqual(tools.filter((name) => /Cron|Wakeup|WebFetch/.test(name)), []);
    for (const name of ["Bash", "WebSearch"]) assert.ok(tools.includes(name), tools.join());
  });
}

for (const { label, path } of installedClis("codex")) {
  const agentOf = async (env: Record<string, string>, server: ModelServer, home: string) =>
    new CodexAgent({
      launcher: new HostLauncher(),
      command: path,
      env: { ...env, ...await server.codexEnv(home) },
    });

  Deno.test(`${label}: the model has no goals, with which it would begin turns by itself`, async () => {
    const tools = await offered(agentOf);
    assert.deepEqual(tools.filter((name) => /goal/.test(name)), []);
    assert.ok(tools.includes("exec_command"), tools.join());
    const own = await offered(agentOf, ["--enable", "goals"]);
    assert.ok(own.includes("create_goal"), "unless the user wants them");
  });
}
