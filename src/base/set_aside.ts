/** Keeping what cannot be read, so that nothing a user had is ever thrown away. */
import { readFileIfExists, writeFileAtomic } from "./atomic_file.ts";

/**
 * Writes `bytes` beside `path` as `NAME.<kind>-<time>` and returns that path. The time is UTC
 * without colons, which Windows does not allow in names. Never replaces a file set aside earlier.
 */
export async function setAside(
  path: string,
  kind: "corrupt" | "damaged",
  bytes: Uint8Array,
  now: Date,
): Promise<string> {
  const time = now.toISOString().replace(/\.\d+Z$/, "Z").replaceAll(":", "-");
  for (let n = 1;; n++) {
    const aside = `${path}.${kind}-${time}${n === 1 ? "" : `-${n}`}`;
    const there = await readFileIfExists(aside);
    if (there === undefined) {
      await writeFileAtomic(aside, bytes);
      return aside;
    }
    // The same content again: a crash came between setting it aside and mending the original.
    if (sameBytes(there, bytes)) return aside;
  }
}

/** Which file a set-aside one was, and why; undefined: `path` is not the path of one. */
export function asideOf(
  path: string,
): { original: string; kind: "corrupt" | "damaged" } | undefined {
  const [, original, kind] =
    /^(.+)\.(corrupt|damaged)-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(?:-\d+)?$/s.exec(path) ?? [];
  return original === undefined
    ? undefined
    : { original, kind: kind === "damaged" ? "damaged" : "corrupt" };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
