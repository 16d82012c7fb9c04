/** The built-in demo agent, through the same class as the real Claude Code. */

import { fileURLToPath } from "node:url";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { CLAUDES, contract } from "./cases.ts";
import { prepare } from "./prepare.ts";

/** The project's own permissions (`-P`), as `ductor demo-agent` has them. */
const COMMAND = [
  Deno.execPath(),
  "run",
  "-P",
  "--no-check",
  "--quiet",
  fileURLToPath(new URL("../support/demo_agent_main.ts", import.meta.url)),
];

contract(
  "demo agent",
  async () => {
    const common = await prepare();
    const env = {
      ...common.spec.env,
      HOME: Deno.env.get("HOME") ?? common.home, // Deno keeps its cache there
      DUCTOR_DEMO_STATE: `${common.home}/sessions`,
      DUCTOR_DEMO_DELAY_MS: "1",
    };
    return {
      ...common,
      agent: new ClaudeAgent({ launcher: new HostLauncher(), command: COMMAND, env }),
      spec: { ...common.spec, env },
      models: {
        first: ["sonnet", /claude-sonnet/],
        second: ["haiku", /claude-haiku/],
        unknown: "no-such-model",
      },
    };
  },
  undefined,
  CLAUDES,
);
