/**
 * The cheap question before a task: a shell command in its folder. Prints something: there is news,
 * and the model is told what. Prints nothing: nothing to do. Fails: the user hears of it.
 *
 * @module
 */
import { after } from "../../base/async/timer.ts";
import { cut, shorten } from "../../base/text.ts";
import type { Launcher } from "../../process/launcher.ts";
import type { Clock } from "../../base/clock.ts";

/** Longest output that is passed on, UTF-16 units. */
const LIMIT = 20_000;

export interface PrecheckOptions {
  launcher: Launcher;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Milliseconds it may take in all. */
  limitMs: number;
  clock: Clock;
}

/** `text`: what it printed, or why it failed. */
export interface Checked {
  ok: boolean;
  text: string;
}

/** @throws AgentError when there is no shell to run it */
export async function runPrecheck(
  command: string,
  { launcher, cwd, env, limitMs, clock }: PrecheckOptions,
  signal: AbortSignal,
): Promise<Checked> {
  const windows = Deno.build.os === "windows";
  const child = await launcher.launch({
    command: windows ? "cmd.exe" : "sh",
    args: windows ? ["/d", "/s", "/c", command] : ["-c", command],
    cwd,
    env,
  });
  let late = false;
  using _limit = after(limitMs, () => {
    late = true;
    return child.kill();
  }, { clock });
  const stop = () => void child.kill();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await child.closeStdin();
    let text = "";
    for await (const line of child.lines) if (text.length < LIMIT) text += `${line}\n`;
    const { code } = await child.exited;
    if (late) {
      const seconds = Math.round(limitMs / 1000);
      return { ok: false, text: `Its precheck did not end within ${seconds} s.` };
    }
    if (code === 0) return { ok: true, text: cut(text, LIMIT).trim() };
    const said = shorten(child.stderrTail().trim() || text.trim(), 1000, { keep: "end" });
    return {
      ok: false,
      text: `Its precheck failed with exit code ${code}${said === "" ? "." : `: ${said}`}`,
    };
  } finally {
    signal.removeEventListener("abort", stop);
    await child.kill();
  }
}
