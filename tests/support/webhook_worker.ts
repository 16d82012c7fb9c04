/**
 * Receives webhooks as the bot does and does nothing with them, until it is killed.
 * Arguments: the files of hooks and of events. Prints its port.
 */
import { webhookApp } from "../../src/webhooks/app.ts";
import { Events } from "../../src/webhooks/events.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { systemClock } from "../../src/base/clock.ts";
import { defaultConfig } from "../../src/config/schema.ts";

const [hooks, journal] = Deno.args;
const app = webhookApp({
  telegram: () => ({}),
  registry: new Registry(hooks!),
  events: await Events.open(journal!, () => Date.now()),
  clock: systemClock,
  settings: () => ({ ...defaultConfig().webhooks, enabled: true }),
  accepted() {},
});
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, (request) => app.fetch(request, {}));
