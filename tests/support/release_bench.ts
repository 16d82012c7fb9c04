/**
 * Real releases for tests: the sources copied, with another version and a key of the test's own, and
 * made into a release folder by the project's own script.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type KeyPair, makeKey } from "../../scripts/release_key.ts";
import { pack, sign, writeChecksums, writeFeed } from "../../scripts/release_files.ts";
import { assetName, PACKED, SIGNATURE, targetOf } from "../../src/update/target.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NAME = assetName(targetOf());

/** Why no executable can be made here; `undefined`: it can. */
export function whyNoCompile(): string | undefined {
  // CI sets it when `deno task compile` has worked a moment ago.
  if (Deno.env.has("DUCTOR_TEST_BINARY") || Deno.env.has("DENORT_BIN")) return undefined;
  return "a base runtime for deno compile (DENORT_BIN, or DUCTOR_TEST_BINARY when compiling works)";
}

export class ReleaseBench implements AsyncDisposable {
  readonly key: KeyPair;
  readonly #folder: string;
  readonly #sources: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Answers instead of the files, when it returns something. */
  fault: ((path: string) => Response | undefined) | undefined;

  private constructor(folder: string, key: KeyPair) {
    this.#folder = folder;
    this.#sources = join(folder, "sources");
    this.key = key;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#serve(request),
    );
  }

  static async start(): Promise<ReleaseBench> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "ductor-release-" }));
    const bench = new ReleaseBench(folder, await makeKey());
    await bench.#copySources();
    return bench;
  }

  /** Web address of a release folder. */
  url(name: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${name}`;
  }

  at(name: string, ...more: string[]): string {
    return join(this.#folder, name, ...more);
  }

  /** The executable of a release, unpacked. */
  program(name: string): string {
    return this.at(`${name}-program`);
  }

  async #unpack(name: string): Promise<void> {
    const packed = await Deno.open(this.at(name, NAME + PACKED));
    const file = await Deno.create(this.program(name));
    await packed.readable.pipeThrough(new DecompressionStream("gzip")).pipeTo(file.writable);
  }

  /** Makes a release of the sources as they are, under another version. */
  async build(name: string, version: string): Promise<void> {
    const config = join(this.#sources, "deno.json");
    const text = await Deno.readTextFile(config);
    await Deno.writeTextFile(config, text.replace(/"version": "[^"]*"/, `"version": "${version}"`));
    await this.#deno([
      "run",
      "-A",
      "--no-check",
      "scripts/release.ts",
      "--no-check",
      "--target",
      targetOf(),
      "--out",
      this.at(name),
    ], { DUCTOR_RELEASE_KEY: this.key.privateKey });
    await this.#unpack(name);
  }

  /** A release whose program says the version and can do nothing else. */
  async buildBroken(name: string, version: string): Promise<void> {
    const program = this.at(`${name}.ts`);
    await Deno.writeTextFile(
      program,
      `if (Deno.args[0] === "--version") console.log("${version}"); else Deno.exit(9);\n`,
    );
    await Deno.mkdir(this.at(name));
    await this.#deno([
      "compile",
      "--quiet",
      "--no-check",
      "--output",
      this.at(name, NAME),
      program,
    ]);
    await pack(this.at(name, NAME));
    await writeChecksums(this.at(name));
    await writeFeed(this.at(name), version, "");
    await sign(this.at(name), this.key.privateKey, this.key.publicKey);
  }

  /** The same release again, spoilt; its large files are links to those of the good one. */
  async spoil(
    good: string,
    name: string,
    how: "checksum" | "signature" | "unsigned",
  ): Promise<void> {
    await Deno.mkdir(this.at(name));
    for await (const { name: file, isFile } of Deno.readDir(this.at(good))) {
      if (isFile) await Deno.link(this.at(good, file), this.at(name, file));
    }
    if (how === "unsigned") await Deno.remove(this.at(name, SIGNATURE));
    else if (how === "checksum") {
      const bytes = await Deno.readFile(this.program(good));
      bytes[bytes.length >> 1]! ^= 1;
      // It is a link to the good one.
      await Deno.remove(this.at(name, NAME + PACKED));
      await Deno.writeFile(this.at(name, NAME), bytes);
      await pack(this.at(name, NAME));
    } else {
      const other = await makeKey();
      await Deno.remove(this.at(name, SIGNATURE));
      await sign(this.at(name), other.privateKey, other.publicKey);
    }
  }

  async #copySources(): Promise<void> {
    for (const name of ["src", "assets", "skills", "scripts"]) {
      await copyFolder(join(ROOT, name), join(this.#sources, name));
    }
    for await (const { name, isFile } of Deno.readDir(ROOT)) {
      if (isFile) await Deno.copyFile(join(ROOT, name), join(this.#sources, name));
    }
    const key = join(this.#sources, "src", "update", "public_key.ts");
    const text = await Deno.readTextFile(key);
    await Deno.writeTextFile(key, text.replace(/"[A-Za-z0-9+/=]{44}"/, `"${this.key.publicKey}"`));
  }

  async #deno(args: string[], env: Record<string, string> = {}): Promise<void> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.#sources,
      env: { NO_COLOR: "1", ...env },
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) throw new Error(decoder.decode(stdout) + decoder.decode(stderr));
  }

  async #serve(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    const fault = this.fault?.(path);
    if (fault) return fault;
    try {
      const file = await Deno.open(join(this.#folder, path));
      const { size } = await file.stat();
      return new Response(file.readable, { headers: { "content-length": String(size) } });
    } catch {
      return new Response("not found", { status: 404 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  if (!await Deno.stat(from).then(() => true, () => false)) return;
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile, isDirectory } of Deno.readDir(from)) {
    const [source, copy] = [join(from, name), join(to, name)];
    if (isDirectory) await copyFolder(source, copy);
    else if (isFile) {
      await Deno.mkdir(dirname(copy), { recursive: true });
      await Deno.copyFile(source, copy);
    }
  }
}
