/**
 * Whose releases this program takes: the Ed25519 public key (32 bytes, base64) that the signature
 * of `SHA256SUMS` is checked with. `deno run -A scripts/release_key.ts FILE` makes a pair and prints
 * this line; docs/release.md says more.
 */
export const PUBLIC_KEY = "uzqIM7Fn5FzPvGH/tm8pH6UnChVBTA02iESxHGiBvd0=";
