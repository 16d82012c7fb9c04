/** The real Codex CLI, as ductor uses it. */

import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { contract, findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";

const codex = findCli("codex");

contract("codex", async () => {
  const server = await ModelServer.start();
  const { home, ...common } = await prepare();
  const env = { ...common.spec.env, ...await server.codexEnv(home) };
  return {
    ...common,
    server,
    agent: new CodexAgent({ launcher: new HostLauncher(), command: codex!, env }),
    spec: { ...common.spec, env },
    models: {
      first: ["gpt-5.5", /gpt-5\.5/],
      second: ["gpt-6.1-sol", /gpt-6\.1-sol/],
      unknown: "no-such-model",
    },
    async [Symbol.asyncDispose]() {
      await common[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}, codex ? undefined : "codex not found (npm install @openai/codex)");
