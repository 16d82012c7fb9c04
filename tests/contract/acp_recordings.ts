/**
 * Records short conversations with the real agents, lines in both directions, for the test that plays
 * them back: `deno run -A tests/contract/acp_recordings.ts`.
 */

import { AcpAgent } from "../../src/agents/acp/agent.ts";
import { acpFacts } from "../../src/agents/acp/facts.ts";
import type { AgentEvent, PermissionMode, SessionSpec } from "../../src/agents/agent.ts";
import { type Child, HostLauncher, type Launcher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";

export const RECORDED = ["opencode", "gemini"] as const;
/** Stands for the folder of the session. */
export const FOLDER = "/work";

export function recording(name: string): URL {
  return new URL(`recordings/${name}.jsonl`, import.meta.url);
}

export function agentFor(name: string, launcher: Launcher, command = name): AcpAgent {
  const { facts, args, env } = acpFacts(name);
  return new AcpAgent({ provider: name, cli: facts, args, env, launcher, command });
}

/** What is said: an answer, a command that is allowed, one that is not, one that nobody asks about. */
export async function conversation(agent: AcpAgent, spec: SessionSpec): Promise<string[]> {
  const session = await agent.open(spec);
  const events: string[] = [];
  const say = async (text: string, permissionMode: PermissionMode, allow = true) => {
    const turn = session.run({ text, permissionMode }, new AbortController().signal);
    for await (const event of turn) {
      if (event.type === "permission") await event.respond({ behavior: allow ? "allow" : "deny" });
      events.push(...shown(event));
    }
  };
  await say("hello", "default");
  await say("run: touch one; echo made", "default");
  await say("run: touch two", "default", false);
  await say("run: touch three", "bypassPermissions");
  await session.close();
  return events;
}

function shown(event: AgentEvent): string[] {
  switch (event.type) {
    case "text":
      return [`text ${event.text}`];
    case "permission":
      return [`asks ${event.title}: ${event.detail}`];
    case "tool":
      return [`tool ${event.phase} ${event.input}${event.phase === "end" ? ` ${event.ok}` : ""}`];
    case "result":
      return [`result ${event.text}`];
    case "error":
      return [`error ${event.kind}: ${event.message}`];
    default:
      return [];
  }
}

/** Hands on what is said in both directions. */
class Listening extends HostLauncher {
  readonly lines: string[] = [];

  override async launch(spec: Parameters<Launcher["launch"]>[0]): Promise<Child> {
    const child = await super.launch(spec);
    const { lines } = this;
    return {
      pid: child.pid,
      get alive() {
        return child.alive;
      },
      exited: child.exited,
      closeStdin: () => child.closeStdin(),
      stderrTail: () => child.stderrTail(),
      kill: (how) => child.kill(how),
      write(line) {
        lines.push(`> ${line}`);
        return child.write(line);
      },
      lines: (async function* () {
        for await (const line of child.lines) {
          // All the commands it has: long, and of no use here.
          if (!line.includes("available_commands_update")) lines.push(`< ${line}`);
          yield line;
        }
      })(),
    };
  }
}

if (import.meta.main) {
  for (const name of RECORDED) {
    await using server = await ModelServer.start();
    await using prepared = await prepare();
    const { home, folder, spec } = prepared;
    const own = name === "gemini" ? await server.geminiEnv(home) : await server.opencodeEnv(home);
    const launcher = new Listening();
    const events = await conversation(agentFor(name, launcher, findCli(name)), {
      ...spec,
      env: { ...spec.env, ...own },
    });
    const text = launcher.lines.join("\n").replaceAll(folder, FOLDER).replaceAll(home, "/home/me");
    await Deno.writeTextFile(recording(name), `${text}\n`);
    // deno-lint-ignore no-console -- a script
    console.log(`${name}\n${events.join("\n")}\n`);
  }
}
