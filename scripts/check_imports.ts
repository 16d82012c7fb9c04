/**
 * Holds the floors of the house: a file imports only from its own folder of `src` and from those
 * below it, and no files import each other in a circle, not even types. Part of `deno task check`.
 *
 * ```sh
 * deno run --allow-read=. scripts/check_imports.ts
 * ```
 */
import { dirname, join, normalize, relative } from "node:path/posix";

/** The folders of `src`, the highest first; docs/architecture.md says what lives where. */
export const FLOORS = [
  "cli",
  "demo",
  "bot_api",
  "app",
  "chat",
  "webhooks",
  "jobs",
  "conversation",
  "service",
  "terminal",
  "telegram",
  "update",
  "files",
  "workspace",
  "projects",
  "sandbox",
  "config",
  "agents",
  "process",
  "base",
] as const;

/** One import, as it stands in a file. */
export interface Import {
  from: string;
  to: string;
  /** Of the file, counted from 1. */
  line: number;
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

/** The relative imports of a file, types and dynamic ones too. `path` is relative to the root. */
export function importsOf(path: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map((match) => ({
    from: path,
    to: normalize(join(dirname(path), match[1]!)),
    line: source.slice(0, match.index).split("\n").length,
  }));
}

/** The floor a file lives on, 0 being the highest; `undefined`: its folder is not listed. */
function floorOf(path: string): number | undefined {
  const floor = FLOORS.findIndex((name) => path.startsWith(`src/${name}/`));
  return floor === -1 ? undefined : floor;
}

/**
 * What is wrong with the imports of these files, one line each, with file and line.
 *
 * @param sources By path relative to the root, tests left out.
 */
export function problemsOf(sources: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const imports = [...sources].flatMap(([path, source]) => importsOf(path, source));
  for (const path of sources.keys()) {
    if (path.startsWith("src/") && floorOf(path) === undefined) {
      problems.push(`${path}: this folder is on no floor. Add it to FLOORS, or move the file.`);
    }
  }
  for (const { from, to, line } of imports) {
    const [above, below] = [floorOf(from), floorOf(to)];
    // Name and version of the program stand in deno.json only.
    if (from.startsWith("src/") && !to.startsWith("src/") && to !== "deno.json") {
      problems.push(`${from}:${line}: imports ${to}, which is no part of the program.`);
    } else if (above !== undefined && below !== undefined && below < above) {
      problems.push(
        `${from}:${line}: imports ${to}, but ${FLOORS[below]} is above ${FLOORS[above]}. ` +
          "Move what both need to the lower floor, or hand it in from above.",
      );
    }
  }
  for (const circle of circlesOf(imports)) {
    const where = imports.find(({ from, to }) => from === circle[0] && circle.includes(to))!;
    problems.push(`${where.from}:${where.line}: a circle of imports: ${circle.join(" → ")}.`);
  }
  return problems;
}

/** Files that import each other in a circle: the strongly connected parts of the graph (Tarjan). */
function circlesOf(imports: readonly Import[]): string[][] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const { to } of next.get(file) ?? []) {
      if (to === file) circles.push([file]);
      if (!index.has(to)) visit(to);
      else if (!stack.includes(to)) continue;
      low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const part = stack.splice(stack.indexOf(file));
    if (part.length > 1) circles.push(part);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return circles;
}

/** Every source file below `folder` that is no test, by path relative to the root. */
export async function sourcesBelow(root: string, folder: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = join(folder, name);
    if (isDirectory) {
      for (const [key, value] of await sourcesBelow(root, path)) sources.set(key, value);
    } else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      sources.set(path, await Deno.readTextFile(join(root, path)));
    }
  }
  return sources;
}

if (import.meta.main) {
  const root = relative(Deno.cwd(), join(import.meta.dirname!.replaceAll("\\", "/"), "..")) || ".";
  const sources = await sourcesBelow(root, "src");
  sources.set("main.ts", await Deno.readTextFile(join(root, "main.ts")));
  const problems = problemsOf(sources);
  // deno-lint-ignore no-console -- this is a command
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
