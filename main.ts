/** The entry: parse, dispatch, exit code. */
import { run } from "./src/cli/program.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
