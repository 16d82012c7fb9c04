/** The licences of everything that `deno compile` puts into the executable. */
import { basename, join } from "node:path";

export interface Package {
  name: string;
  version: string;
  /** What its package.json says, in the words of SPDX. */
  license?: string | undefined;
}

/** Every npm package that goes into the executable, once, by name. */
export async function packagesIn(root: string): Promise<Package[]> {
  const { npmCache, packages } = await graph(root);
  const byId = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  return await Promise.all(
    [...byId.values()].sort(byName).map(async ({ name, version }) => {
      const file = join(folderOf(npmCache, name, version), "package.json");
      return { name, version, license: JSON.parse(await Deno.readTextFile(file)).license };
    }),
  );
}

/** @returns the text of THIRD_PARTY_LICENSES */
export async function thirdPartyLicenses(root: string): Promise<string> {
  const { npmCache, packages } = await graph(root);
  const seen = new Set<string>();
  const parts = [RUNTIME];
  for (const { name, version } of packages.sort(byName)) {
    const id = `${name}@${version}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const folder = folderOf(npmCache, name, version);
    parts.push(`${heading(id)}\n\n${await licenceOf(id, folder)}`);
  }
  return `ductor contains the software below, under these licences.\n\n${parts.join("\n\n")}\n`;
}

function folderOf(npmCache: string, name: string, version: string): string {
  return join(npmCache, "registry.npmjs.org", name, version);
}

function byName(a: Package, b: Package): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1;
}

/**
 * The packages that the program reaches from main.ts, not those of the tests. The same that
 * `deno compile --exclude-unused-npm` puts in.
 */
async function graph(root: string): Promise<{ npmCache: string; packages: Package[] }> {
  const [cache, info] = await Promise.all([denoInfo(root), denoInfo(root, "main.ts")]);
  const all = info.npmPackages as Record<string, Package & { dependencies: string[] }>;
  const modules = info.modules as { npmPackage?: string }[];
  const left = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  const reached = new Map<string, Package>();
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    const found = all[id];
    if (!found) throw new Error(`deno info names ${id}, but says nothing about it`);
    if (reached.has(id)) continue;
    reached.set(id, { name: found.name, version: found.version });
    left.push(...found.dependencies);
  }
  return { npmCache: cache.npmCache as string, packages: [...reached.values()] };
}

async function denoInfo(root: string, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...args],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`deno info failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}

async function licenceOf(id: string, folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && /^(licen[cs]e|copying|notice)/i.test(basename(name))) names.push(name);
  }
  if (names.length > 0) {
    const texts = names.sort().map((name) => Deno.readTextFile(join(folder, name)));
    return (await Promise.all(texts)).map((text) => text.trim()).join("\n\n");
  }
  const { license, author, repository } = JSON.parse(
    await Deno.readTextFile(join(folder, "package.json")),
  );
  if (typeof license !== "string") {
    throw new Error(`${id} says nothing about its licence; it must not be given away like this`);
  }
  const who = typeof author === "string"
    ? author
    : author?.name ?? repository?.url ?? "its authors";
  const text = license === "MIT" ? `\n\n${MIT}` : "";
  return `Licence: ${license} (the package has no file of its own with the text)\nBy: ${who}${text}`;
}

function heading(text: string): string {
  return `${"=".repeat(80)}\n${text}\n${"=".repeat(80)}`;
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

const RUNTIME = `${heading("Deno (the runtime, with V8 and its Rust libraries)")}

Copyright the Deno authors. https://github.com/denoland/deno
Its own parts (V8: BSD 3-clause, https://github.com/v8/v8/blob/main/LICENSE; Rust crates, mostly MIT
or Apache 2.0) are listed in the Cargo.lock of the release that the program was compiled on.

${MIT}`;
