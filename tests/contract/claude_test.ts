/** The real Claude Code CLI, as ductor uses it. */

import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/agents/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { contract, findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";

const claude = findCli("claude");

contract("claude", async ({ login = "key" } = {}) => {
  const server = await ModelServer.start();
  const common = await prepare();
  const env = { ...common.spec.env, ...server.claudeEnv(common.home, login) };
  return {
    ...common,
    server,
    agent: new ClaudeAgent({ launcher: new HostLauncher(), command: claude!, env }),
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
}, claude ? undefined : "claude not found (npm install @anthropic-ai/claude-code)");
