/** What lies beside the executables in a release: checksums, their signature, a feed for mirrors. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { decodeBase64, encodeBase64 } from "../src/update/base64.ts";
import { CHECKSUMS, PACKED, SIGNATURE } from "../src/update/target.ts";

/** Folders and files that are not part of a release, only of its being served as a mirror. */
const MIRROR_ONLY = ["latest", "tags"];

/** Names of what a release consists of, sorted; without the checksums and their signature. */
export async function releaseFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const own = name === CHECKSUMS || name === SIGNATURE || MIRROR_ONLY.includes(name);
    if (isFile && !own && !name.startsWith(".")) names.push(name);
  }
  return names.sort();
}

/** Packs a file by gzip, which every system can unpack; what is left is the packed one. */
export async function pack(path: string): Promise<void> {
  const [file, packed] = [await Deno.open(path), await Deno.create(path + PACKED)];
  await file.readable.pipeThrough(new CompressionStream("gzip")).pipeTo(packed.writable);
  await Deno.remove(path);
}

/** Writes SHA256SUMS, as `sha256sum` would; what is packed stands there unpacked as well. */
export async function writeChecksums(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, CHECKSUMS), await checksums(folder));
}

async function checksums(folder: string): Promise<string> {
  let text = "";
  for (const name of await releaseFiles(folder)) {
    const [sum, unpacked] = await Promise.all([false, true].map(async (unpack) => {
      if (unpack && !name.endsWith(PACKED)) return undefined;
      const { readable } = await Deno.open(join(folder, name));
      const hash = createHash("sha256");
      const gunzip = new DecompressionStream("gzip");
      for await (const part of unpack ? readable.pipeThrough(gunzip) : readable) hash.update(part);
      return hash.digest("hex");
    }));
    text += `${sum}  ${name}\n`;
    if (unpacked) text += `${unpacked}  ${name.slice(0, -PACKED.length)}\n`;
  }
  return text;
}

/**
 * Signs SHA256SUMS.
 *
 * @param privateKey PKCS #8, PEM
 * @param publicKey the one in the program, which must belong to it
 */
export async function sign(folder: string, privateKey: string, publicKey: string): Promise<void> {
  const text = await Deno.readTextFile(join(folder, CHECKSUMS));
  if (text !== await checksums(folder)) {
    throw new Error(`${CHECKSUMS} does not fit the files in ${folder}; build them again`);
  }
  const der = decodeBase64(privateKey.replaceAll(/-----[A-Z ]+-----|\s/g, ""));
  const key = await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const own = encodeBase64(decodeBase64(x!.replaceAll("-", "+").replaceAll("_", "/")));
  if (own !== publicKey) {
    throw new Error(
      `The key does not belong to the one in src/update/public_key.ts (${publicKey}, this one is ` +
        `${own}): programs out there would refuse this release`,
    );
  }
  const signature = await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(text));
  await Deno.writeFile(join(folder, SIGNATURE), new Uint8Array(signature));
}

/**
 * Makes the folder answer as GitHub's releases API does when it is served as it is, so that
 * `update.url` can name it.
 */
export async function writeFeed(folder: string, version: string, notes: string): Promise<void> {
  const names = [...await releaseFiles(folder), CHECKSUMS, SIGNATURE];
  const feed = (up: string) =>
    JSON.stringify(
      {
        tag_name: `v${version}`,
        body: notes,
        assets: names.map((name) => ({ name, browser_download_url: `${up}${name}` })),
      },
      null,
      2,
    ) + "\n";
  await Deno.writeTextFile(join(folder, "latest"), feed("./"));
  await Deno.mkdir(join(folder, "tags"), { recursive: true });
  await Deno.writeTextFile(join(folder, "tags", `v${version}`), feed("../"));
}

/** The section of a version in CHANGELOG.md, without its heading; empty: there is none. */
export function notesOf(version: string, changelog: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => {
    const [, named] = /^\[?v?([^\]\s]+)/.exec(text) ?? [];
    return named === version;
  });
  return section?.slice(section.indexOf("\n") + 1).trim() ?? "";
}

/** Puts what only the release knows into an install script. */
export function stamp(script: string, facts: { url: string; publicKey: string }): string {
  return script.replaceAll("@DUCTOR_URL@", facts.url).replaceAll(
    "@DUCTOR_PUBLIC_KEY@",
    facts.publicKey,
  );
}
