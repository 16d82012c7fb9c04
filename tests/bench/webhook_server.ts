/**
 * Receives webhooks as the bot does; without arguments: a bare server that answers 202.
 * Arguments: the files of hooks and of events. Prints its port.
 */
import { webhookApp } from "../../src/webhooks/app.ts";
import { listen } from "../../src/webhooks/http.ts";
import { Events } from "../../src/webhooks/events.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { systemClock } from "../../src/base/clock.ts";
import { defaultConfig } from "../../src/config/schema.ts";

const [hooks, journal] = Deno.args;
const answer = hooks && journal ? await ours(hooks, journal) : bare;
const { port } = await listen({ hostname: "127.0.0.1", port: 0, fetch: answer });
Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));

async function ours(hooks: string, journal: string) {
  const events = await Events.open(journal, () => Date.now());
  const settings = {
    ...defaultConfig().webhooks,
    enabled: true,
    rate_limit_per_minute: 1_000_000,
  };
  const app = webhookApp({
    telegram: () => ({}),
    registry: new Registry(hooks),
    events,
    clock: systemClock,
    settings: () => settings,
    // What the bot does with it afterwards takes minutes and a model.
    accepted: (event) => void events.done(event, false),
  });
  return (request: Request) => app.fetch(request, {});
}

async function bare(request: Request): Promise<Response> {
  await request.arrayBuffer();
  return Response.json({ accepted: true }, { status: 202 });
}
