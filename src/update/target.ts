/** The systems there are executables for, by the names `deno compile --target` knows them by. */
import { UpgradeError } from "./errors.ts";

export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;
export type Target = (typeof TARGETS)[number];

/** File of a release that has the SHA-256 of the others, as `sha256sum` writes it. */
export const CHECKSUMS = "SHA256SUMS";
/** Its Ed25519 signature, 64 bytes. */
export const SIGNATURE = "SHA256SUMS.sig";

/** Name of the executable for a system, as the checksums of a release call it. */
export function assetName(target: Target): string {
  return `ductor-${target}${target.includes("windows") ? ".exe" : ""}`;
}

/** What its name in a release ends with, when it is packed by gzip there. */
export const PACKED = ".gz";

/**
 * @param target Of the running program.
 * @throws {UpgradeError} no release has an executable for it
 */
export function targetOf(target: string = Deno.build.target): Target {
  const found = TARGETS.find((known) => known === target);
  if (found) return found;
  throw new UpgradeError(
    `There are no executables of ductor for ${target}, only for ${TARGETS.join(", ")}. ` +
      "Build it from source: deno task compile",
  );
}
