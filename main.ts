/** The entry: parse, dispatch, exit code. */
import { learnAgents } from "./src/config/learn_agents.ts";

if (import.meta.main) {
  // What follows is made from the table of agents.
  await learnAgents();
  const { run } = await import("./src/cli/tree.ts");
  Deno.exit(await run(Deno.args));
}
