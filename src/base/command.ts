/**
 * How this program starts another one: with the environment of {@link processEnv}, and what is added.
 *
 * Deno hands `LD_…` and `DYLD_…` to a child only when it may start any program, which the bot may not;
 * env(1) sets them then.
 *
 * @module
 */
import { processEnv } from "./process_env.ts";

const GUARDED = /^(?:LD|DYLD)_/;

/** Like `new Deno.Command`. `clearEnv`: the child gets `env` only. */
export function newCommand(file: string, options: Deno.CommandOptions = {}): Deno.Command {
  const all = { ...options.clearEnv ? {} : processEnv.toObject(), ...options.env };
  const guarded = Object.entries(all).filter(([name]) => GUARDED.test(name));
  if (guarded.length === 0 || Deno.build.os === "windows") {
    return new Deno.Command(file, { ...options, clearEnv: true, env: all });
  }
  return new Deno.Command("/usr/bin/env", {
    ...options,
    args: [...guarded.map(([name, value]) => `${name}=${value}`), file, ...options.args ?? []],
    clearEnv: true,
    env: Object.fromEntries(Object.entries(all).filter(([name]) => !GUARDED.test(name))),
  });
}
