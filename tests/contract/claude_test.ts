/** The real Claude Code CLI, as ductor uses it: every generation that is installed. */

import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { CLAUDES, type Cli, contract, installedClis } from "./cases.ts";
import { prepare } from "./prepare.ts";
import type { Setup } from "./subject.ts";

function setupOf({ path }: Cli): Setup {
  return async ({ login = "key" } = {}) => {
    const server = await ModelServer.start();
    const common = await prepare();
    const env = { ...common.spec.env, ...server.claudeEnv(common.home, login) };
    return {
      ...common,
      server,
      agent: new ClaudeAgent({ launcher: new HostLauncher(), command: path, env }),
      spec: { ...common.spec, env },
      models: {
        first: ["sonnet", /claude-sonnet/],
        second: ["haiku", /claude-haiku/],
        unknown: "no-such-model",
      },
      async [Symbol.asyncDispose]() {
        await common[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };
}

const clis = installedClis("claude");
for (const cli of clis) contract(cli.label, setupOf(cli), undefined, CLAUDES);
if (clis.length === 0) {
  const none = { label: "claude", path: "claude" };
  contract(
    "claude",
    setupOf(none),
    "claude not found (npm install @anthropic-ai/claude-code)",
    CLAUDES,
  );
}
