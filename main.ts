/** The entry: parse, dispatch, exit code. */
if (import.meta.main && Deno.args[0] === "hook") {
  // A CLI in a terminal waits for it: nothing else is loaded.
  const { hook } = await import("./src/cli/terminal/hook.ts");
  Deno.exit(await hook(Deno.args.slice(1)));
} else if (import.meta.main) {
  // What follows is made from the table of agents.
  const { learnAgents } = await import("./src/config/learn_agents.ts");
  await learnAgents();
  const { run } = await import("./src/cli/tree.ts");
  Deno.exit(await run(Deno.args));
}
