/** Whether a live process can go on under another spec, as far as every CLI is alike. */
import type { SessionSpec } from "./agent.ts";

/**
 * Compares what a process is started with and cannot change: folders, arguments, environment.
 * Instructions (memory) are not compared: they reach every new process, and a session in which the
 * agent itself writes to the memory must not be restarted for it.
 */
export function sameProcess(a: SessionSpec, b: SessionSpec): boolean {
  return a.cwd === b.cwd && String(a.folders ?? []) === String(b.folders ?? []) &&
    (a.persist ?? true) === (b.persist ?? true) &&
    a.extraArgs.length === b.extraArgs.length &&
    a.extraArgs.every((arg, index) => arg === b.extraArgs[index]) &&
    sameEnv(a.env, b.env);
}

function sameEnv(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
