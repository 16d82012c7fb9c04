/** What every subject of the contract needs: a home, a working folder, a mark for its processes. */

import { join } from "node:path";
import type { AgentSession, SessionSpec } from "../../src/agents/agent.ts";
import { MARK } from "../support/processes.ts";

export interface Prepared extends AsyncDisposable {
  home: string;
  folder: string;
  mark: string;
  spec: SessionSpec;
  sessions: AgentSession[];
}

/** Makes the folders; disposing closes the sessions that are left and removes the folders. */
export async function prepare(): Promise<Prepared> {
  const home = await Deno.makeTempDir({ prefix: "ductor-contract-" });
  const folder = join(home, "work");
  await Deno.mkdir(folder);
  const mark = crypto.randomUUID();
  const sessions: AgentSession[] = [];
  return {
    sessions,
    home,
    folder,
    mark,
    spec: {
      cwd: folder,
      permissionMode: "bypassPermissions",
      extraArgs: [],
      env: { HOME: home, [MARK]: mark },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(sessions.map((session) => session.close()));
      await Deno.remove(home, { recursive: true });
    },
  };
}
