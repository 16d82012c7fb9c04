/** The check of the floors, on small houses of its own; the real one is checked by `deno task check`. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { KNOWN } from "../src/agents/acp/facts.ts";
import { problemsOf } from "../scripts/check_imports.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const check = (files: Record<string, string>) => problemsOf(new Map(Object.entries(files)));

Deno.test("floors: what is below may be imported", () => {
  assert.deepEqual(
    check({
      "src/cli/a.ts": 'import { b } from "../base/b.ts";\nawait import("../chat/c.ts");',
      "src/base/b.ts": 'import meta from "../../deno.json" with { type: "json" };',
      "src/chat/c.ts": "",
    }),
    [],
  );
});

Deno.test("floors: an import of what is above is told with file and line", () => {
  const [problem, ...more] = check({
    "src/base/b.ts": '\n\nimport type { A } from "../chat/a.ts";',
    "src/chat/a.ts": "",
  });
  assert.match(problem!, /^src\/base\/b\.ts:3: imports src\/chat\/a\.ts, but chat is above base/);
  assert.deepEqual(more, []);
});

Deno.test("floors: a circle is told once, also one of types alone", () => {
  const [problem, ...more] = check({
    "src/chat/a.ts": 'import { b } from "./b.ts";',
    "src/chat/b.ts": 'import type { C } from "./c.ts";',
    "src/chat/c.ts": 'export type { A } from "./a.ts";',
  });
  assert.match(problem!, /:1: a circle of imports: src\/chat\/[abc]\.ts → .* → /);
  assert.deepEqual(more, []);
});

Deno.test("floors: a folder that is not listed is told, and what is no part of the program", () => {
  const problems = check({
    "src/attic/a.ts": "",
    "src/chat/b.ts": 'import { x } from "../../tests/support/x.ts";',
  });
  assert.match(problems[0]!, /^src\/attic\/a\.ts: this folder is on no floor/);
  assert.match(problems[1]!, /^src\/chat\/b\.ts:1: imports tests\/support\/x\.ts/);
});

Deno.test("house: what is asked on a terminal goes through src/cli/prompts.ts, which wraps it", async () => {
  const asks: string[] = [];
  const root = new URL("../src/", import.meta.url);
  const look = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const at = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) await look(at);
      else if (/["']@clack\/prompts["']/.test(await Deno.readTextFile(at))) {
        asks.push(at.href.slice(root.href.length));
      }
    }
  };
  await look(root);
  assert.deepEqual(asks, ["cli/prompts.ts"]);
});

/** What they name is there whether ductor drives the agent or not: private folders, rule files. */
const NAME_AGENTS = new Set(["config/private_files.ts", "files/names.ts"]);

Deno.test("house: nothing outside src/agents/ names an agent of the Agent Client Protocol", async () => {
  const names = new RegExp(`\\b(${Object.keys(KNOWN).join("|")})\\b`, "i");
  const found: string[] = [];
  const root = new URL("../src/", import.meta.url);
  const look = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const at = new URL(isDirectory ? `${name}/` : name, folder);
      const path = at.href.slice(root.href.length);
      if (path === "agents/" || NAME_AGENTS.has(path) || path.endsWith("_test.ts")) continue;
      if (isDirectory) await look(at);
      else if (names.test(await Deno.readTextFile(at))) found.push(path);
    }
  };
  await look(root);
  assert.deepEqual(found, []);
});

Deno.test("bot's thread: the environment and other programs are reached by what it may use", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "src/cli/bot/bot_thread.ts"],
    cwd: ROOT,
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { local?: string }[];
  };
  const files = modules.flatMap(({ local }) => local?.startsWith(`${ROOT}src/`) ? [local] : []);
  assert.ok(files.length > 100, "the modules are found");
  const found: string[] = [];
  for (const file of files) {
    const path = file.slice(ROOT.length);
    const code = (await Deno.readTextFile(file)).replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    for (const [use] of code.matchAll(/\bDeno\.(?:env|kill)\b|new Deno\.Command|process\.env/g)) {
      found.push(`${path}: ${use}`);
    }
  }
  assert.deepEqual(
    new Set(found),
    new Set([
      "src/base/command.ts: new Deno.Command",
      "src/base/process_env.ts: Deno.env",
      "src/process/process_table.ts: Deno.kill",
    ]),
  );
});
