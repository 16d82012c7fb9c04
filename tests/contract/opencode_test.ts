/** The real OpenCode through the Agent Client Protocol, as ductor uses it. */

import { AcpAgent } from "../../src/agents/acp/agent.ts";
import { acpFacts } from "../../src/agents/acp/facts.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { CASES, contract, findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";

const opencode = findCli("opencode");

/** What does not hold for it, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "a used-up subscription is told with the time of its end": "it has no subscription of its own",
  "K1.7 a text whose stream breaks off is withdrawn, and said anew":
    "it repeats the text under the same id, so nobody can tell the second from the first",
};

contract(
  "opencode",
  async () => {
    const server = await ModelServer.start();
    const { home, ...common } = await prepare();
    const { facts, args, env: known } = acpFacts("opencode");
    const env = { ...common.spec.env, ...known, ...await server.opencodeEnv(home) };
    return {
      ...common,
      server,
      agent: new AcpAgent({
        provider: "opencode",
        cli: facts,
        launcher: new HostLauncher(),
        command: opencode!,
        args,
        env,
      }),
      spec: { ...common.spec, env },
      keepsFailures: true,
      models: {
        first: ["anthropic/claude-sonnet-4-5", /claude-sonnet-4-5/],
        second: ["anthropic/claude-haiku-4-5", /claude-haiku-4-5/],
        unknown: "anthropic/no-such-model",
      },
      async [Symbol.asyncDispose]() {
        await common[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
  opencode ? undefined : "opencode not found (npm install opencode-ai)",
  CASES.filter(({ name }) => !Object.hasOwn(NOT_HERE, name)),
);
