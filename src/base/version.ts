/**
 * Orders two versions: dotted whole numbers; the first part that is no number ends it, so
 * `1.2.0-rc.1` counts as `1.2`. A missing part is 0.
 *
 * @returns less than 0 when `a` is older than `b`, 0 when they are equal, else more than 0
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The version a release tag names: `v1.2.3` or `1.2.3`; `undefined` when it names none. */
export function versionOfTag(tag: string): string | undefined {
  return /^v?(\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.+-]*)?)$/.exec(tag.trim())?.[1];
}

function numbers(version: string): number[] {
  const parts = version.trim().replace(/^v/, "").split(".");
  const end = parts.findIndex((part) => !/^\d+$/.test(part));
  if (end < 0) return parts.map(Number);
  // "0-rc" still has the number it begins with.
  const last = /^\d+/.exec(parts[end]!)?.[0];
  return [...parts.slice(0, end), ...last === undefined ? [] : [last]].map(Number);
}
