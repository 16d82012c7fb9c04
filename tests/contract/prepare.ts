/** What every subject of the contract needs: a home, a working folder, a mark for its processes. */

import { join } from "node:path";
import type { SessionSpec } from "../../src/agents/agent.ts";
import { MARK } from "../support/processes.ts";

export interface Prepared extends AsyncDisposable {
  home: string;
  folder: string;
  mark: string;
  spec: SessionSpec;
}

/** Makes the folders; disposing removes them. */
export async function prepare(): Promise<Prepared> {
  const home = await Deno.makeTempDir({ prefix: "ductor-contract-" });
  const folder = join(home, "work");
  await Deno.mkdir(folder);
  const mark = crypto.randomUUID();
  return {
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
      await Deno.remove(home, { recursive: true });
    },
  };
}
