/**
 * Makes the release folder: `deno task release`. See docs/release.md.
 *
 *     deno task release                         all targets, into dist/release
 *     deno task release --target T              only this one (may be repeated)
 *     deno task release --all                   fail when one of them cannot be built
 *     deno task release --no-check              without looking at the types again
 *     deno task release --sign                  only sign what is there
 *
 * `DUCTOR_RELEASE_KEY` is the private key (PEM) or the path of a file with it. `DENORT_BIN` is a base
 * runtime for this machine's own target, `DENORT_BIN_<TARGET>` (upper case, `_` for `-`) for another.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { REPOSITORY, VERSION } from "../src/base/about.ts";
import { PUBLIC_KEY } from "../src/update/public_key.ts";
import { assetName, CHECKSUMS, type Target, TARGETS } from "../src/update/target.ts";
import { thirdPartyLicenses } from "./licenses.ts";
import { notesOf, pack, sign, stamp, writeChecksums, writeFeed } from "./release_files.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string", default: join(ROOT, "dist", "release") },
      target: { type: "string", multiple: true },
      all: { type: "boolean", default: false },
      "no-check": { type: "boolean", default: false },
      sign: { type: "boolean", default: false },
    },
  });
  if (!values.sign) {
    const targets = values.target ?? TARGETS;
    const built = await build(values.out, targets, !values["no-check"]);
    if (built === 0 || (values.all && built < targets.length)) return 1;
  }
  const key = await releaseKey();
  if (key !== undefined) {
    await sign(values.out, key, PUBLIC_KEY);
    say(`Signed ${join(values.out, CHECKSUMS)}.`);
    return 0;
  }
  say("Not signed: DUCTOR_RELEASE_KEY is not set. ductor refuses a release without a signature.");
  return values.sign ? 1 : 0;
}

/** @returns for how many targets there is a program now */
async function build(out: string, targets: readonly string[], check: boolean): Promise<number> {
  const wrong = targets.filter((target) => !TARGETS.includes(target as Target));
  if (wrong.length > 0) throw new Error(`No target: ${wrong}. There are ${TARGETS.join(", ")}`);
  await Deno.remove(out, { recursive: true }).catch(() => {});
  await Deno.mkdir(out, { recursive: true });
  const built: string[] = [];
  for (const target of targets as Target[]) {
    const failure = await compile(target, join(out, assetName(target)), check);
    if (failure === undefined) {
      await pack(join(out, assetName(target)));
      built.push(target);
    }
    say(failure === undefined ? `${target}: built` : `${target}: skipped, ${failure}`);
  }
  if (built.length === 0) {
    say("Nothing was built.");
    return 0;
  }
  await addTexts(out);
  await writeChecksums(out);
  await writeFeed(out, VERSION, notesOf(VERSION, await readRoot("CHANGELOG.md")));
  say(`ductor ${VERSION} for ${built.length} of ${targets.length} systems is in ${out}.`);
  return built.length;
}

async function addTexts(out: string): Promise<void> {
  const facts = {
    url: REPOSITORY === undefined ? "" : `${REPOSITORY}/releases/latest/download`,
    publicKey: PUBLIC_KEY,
  };
  for (const name of ["install.sh", "install.ps1"]) {
    await Deno.writeTextFile(join(out, name), stamp(await readRoot(name), facts));
  }
  await Deno.writeTextFile(join(out, "LICENSE"), await readRoot("LICENSE"));
  await Deno.writeTextFile(join(out, "THIRD_PARTY_LICENSES"), await thirdPartyLicenses(ROOT));
}

/** @returns why it could not be; `undefined`: done */
async function compile(target: Target, file: string, check: boolean): Promise<string | undefined> {
  const { DENORT_BIN: own, ...env } = Deno.env.toObject();
  const base = env[`DENORT_BIN_${target.toUpperCase().replaceAll("-", "_")}`] ??
    (target === Deno.build.target ? own : undefined);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--no-code-cache",
      "--exclude-unused-npm",
      "--no-prompt",
      "-P",
      ...check ? [] : ["--no-check"],
      "--target",
      target,
      "--output",
      file,
      "main.ts",
    ],
    cwd: ROOT,
    clearEnv: true,
    env: { ...env, NO_COLOR: "1", ...base !== undefined && { DENORT_BIN: base } },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr).trim();
  if (code !== 0) {
    await Deno.remove(file).catch(() => {});
    // A mistake of ours is no reason to leave a system out.
    if (!/Setting up base binary|Could not find denort|dl\.deno\.land/.test(said)) {
      throw new Error(`deno compile for ${target} failed:\n${said}`);
    }
    const causes = [...said.matchAll(/^ +\d+: (?!<unknown>)(.*)$/gm)].map(([, cause]) => cause);
    const cause = causes.find((text) => text !== "Setting up base binary.") ?? said;
    return `its base runtime cannot be had: ${cause.slice(0, 300)}`;
  }
  const kind = await kindOf(file);
  if (target.includes(kind)) return undefined;
  throw new Error(`${file} is a program for ${kind}, not for ${target}: wrong base runtime`);
}

/** For which system an executable is, by how it begins. */
async function kindOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const head = new Uint8Array(4);
  await file.read(head);
  const hex = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex === "7f454c46") return "linux";
  if (hex.startsWith("4d5a")) return "windows";
  return hex === "cffaedfe" ? "apple" : `something unknown (${hex})`;
}

async function releaseKey(): Promise<string | undefined> {
  const key = Deno.env.get("DUCTOR_RELEASE_KEY");
  if (!key) return undefined;
  return key.includes("-----BEGIN") ? key : await Deno.readTextFile(key);
}

function readRoot(name: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, name));
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
