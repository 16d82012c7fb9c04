/**
 * Starts {@link file://./confined_tries_thread.ts} with what the bot of this home would get, and prints
 * how each try ended, as JSON. Run with the permissions of the program.
 */
import { permissionsNow } from "../../src/cli/bot/confined.ts";

const permissions = await permissionsNow();
const thread = new Worker(import.meta.resolve("./confined_tries_thread.ts"), {
  type: "module",
  deno: { permissions },
});
thread.onmessage = ({ data }) => {
  // deno-lint-ignore no-console -- the test reads it
  console.log(JSON.stringify(data));
  Deno.exit(0);
};
thread.postMessage(Deno.args);
