/** Sends signed webhooks. Arguments: port, secret, how many, how many at once. Prints JSON. */
import { createHmac } from "node:crypto";

const [port, secret, count, atOnce] = Deno.args;
const url = `http://127.0.0.1:${port}/hooks/deploys`;

/** Milliseconds until the answer has come. */
async function send(n: number): Promise<number> {
  const body = JSON.stringify({ text: `Deploy ${n}`, commits: Array(20).fill({ id: "abcdef" }) });
  const signature = createHmac("sha256", secret!).update(body).digest("hex");
  const start = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-signature": `sha256=${signature}` },
    body,
  });
  await response.text();
  if (response.status !== 202) throw new Error(`Answered ${response.status}`);
  return performance.now() - start;
}

let next = 0;
// Warm: what runs for the first time is compiled first.
for (let n = 0; n < 200; n++) await send(next++);
const alone: number[] = [];
for (let n = 0; n < 200; n++) alone.push(await send(next++));
const times: number[] = [];
const end = next + Number(count);
const start = performance.now();
await Promise.all(Array.from({ length: Number(atOnce) }, async () => {
  while (next < end) times.push(await send(next++));
}));
const seconds = (performance.now() - start) / 1000;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ seconds, times, alone })));
Deno.exit();
