/**
 * What makes a download trustworthy: the checksum file is signed with the key whose public half is
 * in this program, and the download has the checksum that stands there.
 *
 * @module
 */
import { decodeBase64 } from "./base64.ts";
import { UpgradeError } from "./errors.ts";

/** @param publicKey 32 bytes, base64 */
export async function verifySignature(
  content: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  publicKey: string,
): Promise<void> {
  const key = await crypto.subtle.importKey(
    "raw",
    decodeBase64(publicKey),
    "Ed25519",
    false,
    ["verify"],
  );
  const good = signature.length === 64 &&
    await crypto.subtle.verify("Ed25519", key, signature, content);
  if (good) return;
  throw new UpgradeError(
    "The checksums of this release are not signed by the makers of this program. " +
      "It was refused and nothing was changed. If you use a mirror, ask who runs it",
  );
}

/**
 * The SHA-256 of one file, from lines as `sha256sum` writes them.
 *
 * @returns 64 hexadecimal digits, lower case
 * @throws {UpgradeError} the file is not named, or named twice with different sums
 */
export function checksumOf(name: string, checksums: string): string {
  const sums = new Set<string>();
  for (const line of checksums.split("\n")) {
    const [, sum, file] = /^([0-9a-fA-F]{64}) [ *](.+?)\r?$/.exec(line) ?? [];
    if (file === name) sums.add(sum!.toLowerCase());
  }
  const [sum] = sums;
  if (sums.size === 1 && sum !== undefined) return sum;
  throw new UpgradeError(
    sums.size === 0
      ? `The checksums of this release do not name ${name}. It was refused`
      : `The checksums of this release name ${name} twice, differently. It was refused`,
  );
}
