/** How many signed events a second are put on disk and accepted, and how long the sender waits. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Registry } from "../../src/webhooks/registry.ts";
import { hookOf } from "../support/webhooks.ts";
import { type Line, median, ms } from "./measure.ts";

const REQUESTS = 5000;
const AT_ONCE = 16;
const SECRET = "a-secret-for-the-bench-and-nothing-else";

export async function* webhooksBench(): AsyncIterable<Line | string> {
  const folder = await Deno.makeTempDir();
  try {
    const hooks = join(folder, "webhooks.json");
    const signed = { auth_mode: "hmac", hmac_header: "X-Signature", hmac_secret: SECRET };
    await new Registry(hooks).add(hookOf(signed));
    const own = await measured("webhook_server.ts", [hooks, join(folder, "events.jsonl")]);
    const bare = await measured("webhook_server.ts", []);
    yield {
      what: `webhooks accepted a second (HMAC, on disk; ${AT_ONCE} at once)`,
      value: `${Math.round(own.perSecond)}/s`,
      against: `bare 202 ${Math.round(bare.perSecond)}/s, ×${
        (own.perSecond / bare.perSecond).toFixed(2)
      }`,
      budget: "3000/s",
      ok: own.perSecond >= 3000,
    };
    yield {
      what: `webhook sent → 202, p99 (${AT_ONCE} at once)`,
      value: ms(own.p99),
      against: `bare 202 ${ms(bare.p99)}, ×${(own.p99 / bare.p99).toFixed(1)}`,
      budget: "20 ms",
      ok: own.p99 <= 20,
    };
    yield {
      what: "webhook sent → 202, one after the other",
      value: ms(own.alone),
      against: `bare 202 ${ms(bare.alone)}, ×${(own.alone / bare.alone).toFixed(1)}`,
      budget: "5 ms",
      ok: own.alone <= 5,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Measured {
  perSecond: number;
  p99: number;
  /** Median of those sent one after the other. */
  alone: number;
}

/** A server in a process of its own, asked by a client in another. */
async function measured(script: string, args: string[]): Promise<Measured> {
  const server = spawn(script, args);
  try {
    const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const port = (await reader.read()).value!.trim();
    const client = spawn("webhook_client.ts", [port, SECRET, `${REQUESTS}`, `${AT_ONCE}`]);
    const { stdout, code } = await client.output();
    if (code !== 0) throw new Error("The client of the bench failed");
    const { seconds, times, alone } = JSON.parse(new TextDecoder().decode(stdout));
    times.sort((a: number, b: number) => a - b);
    return {
      perSecond: times.length / seconds,
      p99: times[Math.floor(times.length * 0.99)],
      alone: median(alone),
    };
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
}

function spawn(script: string, args: string[]): Deno.ChildProcess {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", path, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}
