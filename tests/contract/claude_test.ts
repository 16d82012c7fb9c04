/** The real Claude Code CLI, as ductor uses it. */

import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/agents/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { contract, findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";

const claude = findCli("claude");

contract("claude", async ({ login } = {}) => {
  const server = await ModelServer.start();
  const { home, ...common } = await prepare();
  const env = { ...common.spec.env, ...server.claudeEnv(home, login) };
  return {
    ...common,
    server,
    agent: new ClaudeAgent({ launcher: new HostLauncher(), command: claude!, env }),
    spec: { ...common.spec, env },
    models: {
      first: ["sonnet", /claude-sonnet/],
      second: ["claude-haiku-4-5", /claude-haiku-4-5/],
      unknown: "no-such-model",
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await common[Symbol.asyncDispose]();
    },
  };
}, claude ? undefined : "claude not found (npm install @anthropic-ai/claude-code)");
