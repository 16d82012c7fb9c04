/** Takes the locks of a home and holds them until it is killed; says when it has them. */
import { acquireInstance } from "../../src/app/instance_lock.ts";
import { Home } from "../../src/config/home.ts";

const [root, role, token, sharedDir] = Deno.args;
try {
  await acquireInstance(new Home(root!), role as "bot" | "supervisor", {
    ...token !== undefined && { token },
    ...sharedDir !== undefined && { sharedDir },
  });
  Deno.stdout.writeSync(new TextEncoder().encode("held\n"));
  setInterval(() => {}, 60_000);
} catch (error) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${error}\n`));
}
