/**
 * `ductor hook`: started by a CLI in a terminal, which waits for it. Tells the running bot what it is
 * told, and prints what the bot answers, if it is asked. Whatever goes wrong: no output, exit code 0,
 * so that nothing is as if it were not there.
 */
import { PROVIDERS } from "../../agents/provider.ts";
import { sleep } from "../../base/async/sleep.ts";
import { isObject } from "../../base/shape.ts";
import { writeAll } from "../../base/atomic_file.ts";
import { readLine } from "../../terminal/listen.ts";
import { print } from "../output.ts";

/** As long as that a bot that went away may take to come back. */
const RETURNS_MS = 120_000;
const PAUSE_MS = 500;

export async function hook([provider, socket, pid]: readonly string[]): Promise<number> {
  try {
    const given = await new Response(Deno.stdin.readable).text();
    const event: unknown = JSON.parse(given);
    if (!socket || !isObject(event)) return 0;
    const facts = Object.entries(PROVIDERS).find(([name]) => name === provider)?.[1];
    const waits = event.hook_event_name === facts?.hooks?.asks;
    const line = `${JSON.stringify({ provider, pid: Number(pid), event })}\n`;
    const answer = waits ? await ask(socket, line) : await tell(socket, line);
    if (answer) print(answer);
  } catch {
    // See above.
  }
  return 0;
}

async function tell(path: string, line: string): Promise<undefined> {
  using connection = await Deno.connect({ transport: "unix", path });
  await write(connection, line);
}

/** Until it is answered, or the bot has gone for good, or the CLI has. */
async function ask(path: string, line: string): Promise<string | undefined> {
  const parent = Deno.ppid;
  let left = 0;
  do {
    try {
      using connection = await Deno.connect({ transport: "unix", path });
      left = RETURNS_MS;
      await write(connection, line);
      const answer = await Promise.race([readLine(connection), orphaned(parent)]);
      if (answer !== undefined) return answer;
    } catch {
      // There is no bot (now).
    }
    if (left <= 0) return undefined;
    await sleep(PAUSE_MS);
    left -= PAUSE_MS;
  } while (Deno.ppid === parent);
  return undefined;
}

async function write(connection: Deno.Conn, line: string): Promise<void> {
  await writeAll(connection, new TextEncoder().encode(line));
}

async function orphaned(parent: number): Promise<string> {
  while (Deno.ppid === parent) await sleep(PAUSE_MS);
  return "";
}
