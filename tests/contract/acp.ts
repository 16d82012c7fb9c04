/** The contract for agents that come through the Agent Client Protocol. */

import { AcpAgent, type AcpAgentOptions } from "../../src/agents/acp/agent.ts";
import { acpFacts } from "../../src/agents/acp/facts.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { CASES, contract, findCli } from "./cases.ts";
import { prepare } from "./prepare.ts";
import type { Subject } from "./subject.ts";

/**
 * Left out for all of them, because each start takes seconds and these show nothing that the others,
 * or the tests of the adapter, do not.
 */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  "an interrupt while nothing runs does nothing", // Not a word is sent: the adapter's own.
  "aborting the signal of a turn interrupts it", // The same from the adapter on as an interrupt.
  "close leaves no process behind", // Every case ends so, and looks.
  "a command that is allowed runs", // "the permission mode changes …" allows one, too.
  "an overloaded service is tried again", // 15 s of pauses between the agent's own tries.
]);

export interface AcpSubject {
  /** Its name in the table, and its program. */
  name: string;
  package: string;
  /** Sends it to the tests' model server. */
  env(server: ModelServer, home: string): Promise<Record<string, string>>;
  models: Subject["models"];
  keepsFailures?: boolean;
  /** What does not hold for it, and why. */
  notHere: Readonly<Record<string, string>>;
  create?(options: AcpAgentOptions, home: string): AcpAgent;
}

export function acpContract(
  {
    name,
    env: envFor,
    models,
    keepsFailures = false,
    notHere,
    create = (options) => new AcpAgent(options),
    ...subject
  }: AcpSubject,
): void {
  const cli = findCli(name);
  contract(
    name,
    async () => {
      const server = await ModelServer.start();
      const { home, ...common } = await prepare();
      const { facts, args, env: known } = acpFacts(name);
      const env = { ...common.spec.env, ...known, ...await envFor(server, home) };
      const options = {
        provider: name,
        cli: facts,
        launcher: new HostLauncher(),
        command: cli!,
        args,
        env,
      };
      return {
        ...common,
        server,
        agent: create(options, home),
        spec: { ...common.spec, env },
        keepsFailures,
        models,
        async [Symbol.asyncDispose]() {
          await common[Symbol.asyncDispose]();
          await server[Symbol.asyncDispose]();
        },
      };
    },
    cli ? undefined : `${name} not found (npm install ${subject.package})`,
    CASES.filter(({ name }) => !Object.hasOwn(notHere, name) && !SHOWN_ELSEWHERE.has(name)),
  );
}
