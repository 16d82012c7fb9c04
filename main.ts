/** The entry: parse, dispatch, exit code. */
import { run } from "./src/cli/tree.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
