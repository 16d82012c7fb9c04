/**
 * Starts {@link file://./confined_tries_thread.ts} with what the bot of this home would get, and prints
 * how each try ended, as JSON. Run with the permissions of the program.
 */
import { permissionsNow } from "../../src/cli/bot/confined.ts";
import { narrowTo } from "../../src/cli/needs.ts";
import { howTheyEnd } from "./tries.ts";

const permissions = await permissionsNow();
const thread = new Worker(import.meta.resolve("./confined_tries_thread.ts"), {
  type: "module",
  deno: { permissions },
});
thread.onmessage = async ({ data }) => {
  const port = Number(Deno.args[3]);
  // As before the command runs; it is the same program.
  await narrowTo("cron list");
  const ofCommand = await howTheyEnd({
    "cron list: connect": () => Deno.connect({ port }),
    "cron list: listen": () => Deno.listen({ port: 0 }),
    "cron list: start a program": () => new Deno.Command("sh", { args: ["-c", "exit"] }).output(),
    "cron list: load a library": () => Deno.dlopen("/lib/x.so", {}),
    "cron list: take it back": async () => {
      const { state } = await Deno.permissions.request({ name: "net" });
      if (state !== "granted") throw new Deno.errors.NotCapable(state);
    },
  });
  // deno-lint-ignore no-console -- the test reads it
  console.log(JSON.stringify({ ...data, ...ofCommand }));
  Deno.exit(0);
};
thread.postMessage([Deno.env.toObject(), ...Deno.args]);
