/** The real Gemini CLI through the Agent Client Protocol, as ductor uses it. */

import { join } from "node:path";
import { AcpAgent, type AcpAgentOptions } from "../../src/agents/acp/agent.ts";
import type { SessionSpec } from "../../src/agents/agent.ts";
import { acpContract } from "./acp.ts";

/**
 * It names the file of a session by the minute in which a process began with it, and begins a file
 * that is there anew: one that is loaded in its first minute is lost. So they are made older.
 */
class Later extends AcpAgent {
  readonly #chats: string;

  constructor(options: AcpAgentOptions, home: string) {
    super(options);
    this.#chats = join(home, ".gemini", "tmp", "work", "chats");
  }

  override async open(spec: SessionSpec) {
    if (spec.resume !== undefined) await this.#age();
    return await super.open(spec);
  }

  async #age(): Promise<void> {
    for (const { name } of await Array.fromAsync(Deno.readDir(this.#chats)).catch(() => [])) {
      const older = name.replace(/^session-.*-(\w+\.jsonl)$/, "session-2026-01-01T00-00-$1");
      await Deno.rename(join(this.#chats, name), join(this.#chats, older));
    }
  }
}

acpContract({
  name: "gemini",
  package: "@google/gemini-cli",
  env: (server, home) => server.geminiEnv(home),
  models: {
    first: ["gemini-2.5-pro", /gemini-2\.5-pro/],
    second: ["gemini-3-flash-preview", /gemini-3-flash-preview/],
    unknown: "no-such-model",
  },
  notHere: {
    "a used-up subscription is told with the time of its end": "its service does not say the time",
    "a tool that fails ends as failed, and the turn goes on":
      "it says of every command that could be started that it was completed, and no exit code",
    "K1.7 a text whose stream breaks off is withdrawn, and said anew":
      "its messages have no ids, so nobody can tell the second text from the first",
  },
  create: (options, home) => new Later(options, home),
});
