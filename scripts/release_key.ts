/**
 * Makes the key pair that releases are signed with.
 *
 *     deno run -A scripts/release_key.ts ~/ductor-release.pem
 *
 * The private key goes into that file (PKCS #8, PEM; never into the repository), the public one is
 * printed, for src/update/public_key.ts.
 *
 * @module
 */
import { encodeBase64 } from "../src/update/base64.ts";

export interface KeyPair {
  /** PKCS #8, PEM. */
  privateKey: string;
  /** 32 bytes, base64. */
  publicKey: string;
}

export async function makeKey(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const lines = encodeBase64(pkcs8).match(/.{1,64}/g)!.join("\n");
  return {
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    publicKey: encodeBase64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))),
  };
}

if (import.meta.main) {
  const [path] = Deno.args;
  if (path === undefined) {
    await Deno.stderr.write(
      new TextEncoder().encode("Usage: deno run -A scripts/release_key.ts FILE\n"),
    );
    Deno.exit(2);
  }
  const { privateKey, publicKey } = await makeKey();
  await Deno.writeTextFile(path, privateKey, { mode: 0o600, createNew: true });
  await Deno.stdout.write(
    new TextEncoder().encode(
      `The private key is in ${path}. Keep it to yourself, and keep a copy of it.\n` +
        `Put this line into src/update/public_key.ts:\n\n` +
        `export const PUBLIC_KEY = ${JSON.stringify(publicKey)};\n`,
    ),
  );
}
