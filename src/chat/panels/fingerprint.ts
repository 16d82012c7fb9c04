/**
 * A short name for a text of any length, for `callback_data`, which takes 64 bytes. Not against
 * people who mean harm: a press only ever finds what its panel offers.
 *
 * @returns at most 14 characters of `[0-9a-z]`
 */
export function fingerprintOf(text: string): string {
  return fnv(text, 0x811c9dc5).toString(36) + fnv(text, 0x9747b28c).toString(36);
}

/** FNV-1a over UTF-16 units. */
function fnv(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
