/**
 * Patterns that users write, run on text that strangers send. A pattern of the wrong kind takes
 * years on the right text, and JavaScript cannot be told to stop; so such patterns are refused.
 *
 * @module
 */

/** Longest pattern, and longest text it is run on. */
const MAX_PATTERN = 200;
export const MAX_INPUT = 256;

/** With these two limits and at most this many of `*`, `+` and `{n,m}`, the worst case is short. */
const MAX_REPEATS = 3;

/** What is wrong with a pattern, in words for the user; `undefined`: it can be used. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) {
    return `it has ${pattern.length} characters, more than ${MAX_PATTERN}`;
  }
  try {
    new RegExp(pattern);
  } catch {
    return "it is no regular expression";
  }
  const bare = pattern.replaceAll(/\\[^\dk]|\[(?:\\.|[^\]\\])*\]/gs, "x");
  if (/\\/.test(bare)) return "it refers back to a group, which can take very long";
  if (/\(\?<?[=!]/.test(bare)) return "it looks ahead or back, which can take very long";
  if (/\)(?:[*+]|\{)/.test(bare)) return "it repeats a group, which can take very long";
  const repeats = bare.match(/[*+]|\{\d*,\d*\}/g)?.length ?? 0;
  if (repeats > MAX_REPEATS) {
    return `it repeats in ${repeats} places; ${MAX_REPEATS} are allowed, since more can take very long`;
  }
  const optional = bare.match(/(?<!\()\?/g)?.length ?? 0;
  if (optional > 10) return "it has more than 10 optional parts";
  return undefined;
}

/** The first group of the match; `undefined`: no match, or the pattern is not to be run. */
export function firstGroup(pattern: string, text: string): string | undefined {
  if (text.length > MAX_INPUT || patternProblem(pattern) !== undefined) return undefined;
  const match = new RegExp(pattern).exec(text);
  return match?.[1];
}
