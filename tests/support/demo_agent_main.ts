/** The demo agent as a program of its own, for tests that start it without the rest of ductor. */

import { demoAgentMain } from "../../src/demo/agent/main.ts";

if (import.meta.main) Deno.exit(await demoAgentMain(Deno.args));
