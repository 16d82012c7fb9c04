/** The demo agent as a process: `ductor demo-agent …`. */

import { Mutex } from "../../base/async/locks.ts";
import { runDemoAgent } from "./demo_agent.ts";

/** Exit code of a process that was told to end (128 + SIGTERM). */
const STOPPED = 143;

/**
 * Runs the demo agent on this process' standard streams. Resolves with the exit code. SIGINT and
 * SIGTERM end the running turn, with the command that it runs, and then the agent.
 */
export async function demoAgentMain(args: string[]): Promise<number> {
  const stopped = new AbortController();
  const stdin = Deno.stdin.readable.pipeThrough(new TransformStream(), { signal: stopped.signal });
  const release = onStop(() => stopped.abort(new Error("told to stop")));
  try {
    const code = await runDemoAgent({
      args,
      // Its end, when we are told to stop; what breaks is read as an end.
      stdin,
      stdout: lineWriter(Deno.stdout),
      stderr: lineWriter(Deno.stderr),
      env: Deno.env.toObject(),
      cwd: Deno.cwd(),
      signal: stopped.signal,
    });
    return stopped.signal.aborted ? STOPPED : code;
  } finally {
    release();
  }
}

/** Writes whole lines, one after the other however many are given at once. */
function lineWriter(to: { write(data: Uint8Array): Promise<number> }) {
  const encoder = new TextEncoder();
  const turns = new Mutex();
  return (line: string): Promise<void> =>
    turns.run(async () => {
      let data = encoder.encode(`${line}\n`);
      while (data.length > 0) data = data.subarray(await to.write(data));
    });
}

function onStop(stop: () => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  };
}
