import { strict as assert } from "node:assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS_DOC, commandsDoc } from "../scripts/commands_doc.ts";
import { CONFIG_DOC, configDoc } from "../scripts/config_doc.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** `deno fmt` sets line breaks of paragraphs and the widths of tables. */
const loose = (text: string) =>
  text.replaceAll(/-{3,}/g, "---").replaceAll(/ *\| */g, "|").replaceAll(/\s+/g, " ");

Deno.test("docs: config.md says what the schema says (deno run -A scripts/config_doc.ts)", async () => {
  assert.equal(loose(await Deno.readTextFile(CONFIG_DOC)), loose(configDoc()));
});

Deno.test("docs: commands.md says what --help says (deno run -A scripts/commands_doc.ts)", async () => {
  assert.equal(loose(await Deno.readTextFile(COMMANDS_DOC)), loose(await commandsDoc()));
});

Deno.test("docs: what is linked to is there", async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    const text = await Deno.readTextFile(page);
    for (const { target, anchor } of linksIn(text)) {
      const file = target === "" ? page : join(dirname(page), decodeURIComponent(target));
      const found = await Deno.stat(file).catch(() => undefined);
      const misses = found && anchor !== undefined && file.endsWith(".md") &&
        !anchorsOf(await Deno.readTextFile(file)).has(anchor);
      if (!found || misses) {
        broken.push(`${page.slice(ROOT.length)}: ${target}${anchor ? `#${anchor}` : ""}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("docs: each page is reached from the README", async () => {
  const start = join(ROOT, "README.md");
  const seen = new Set([start]);
  for (const page of seen) {
    for (const { target } of linksIn(await Deno.readTextFile(page))) {
      if (target.endsWith(".md")) seen.add(join(dirname(page), target));
    }
  }
  assert.deepEqual((await pages()).filter((page) => !seen.has(page)), []);
});

Deno.test("docs: a decision says what was found, what was decided and what it costs, on one screen", async () => {
  for (const page of await pages()) {
    if (!page.includes("decisions") || page.endsWith("README.md")) continue;
    const text = await Deno.readTextFile(page);
    assert.match(
      text,
      /^# .+\n\n\*\*Context\.\*\*[^]+\n\*\*Decision\.\*\*[^]+\n\*\*Consequence\.\*\*/,
      page,
    );
    assert.ok(text.split("\n").length <= 26, `${page} is longer than a screen`);
    for (const [, path = ""] of text.matchAll(/`((?:src|tests|scripts)\/[\w/]+(?:\.ts)?)`/g)) {
      await Deno.stat(join(ROOT, path));
    }
  }
});

Deno.test("docs: the tests that security.md names are there, under these names", async () => {
  const text = (await Deno.readTextFile(join(ROOT, "docs/security.md"))).replaceAll(/\s+/g, " ");
  let path = "";
  let count = 0;
  for (const [, file, name] of text.matchAll(/`((?:src|tests)\/[\w/]+\.ts)`|“([^”]+)”/g)) {
    if (file !== undefined) path = file;
    else {
      const source = await Deno.readTextFile(join(ROOT, path));
      assert.ok(source.includes(name!), `${path} has no test “${name}”`);
      count++;
    }
  }
  assert.ok(count > 25, `${count} are named`);
});

Deno.test("docs: pictures are small enough to look at on the road", async () => {
  let count = 0;
  for await (const { name } of Deno.readDir(join(ROOT, "docs/images"))) {
    const { size } = await Deno.stat(join(ROOT, "docs/images", name));
    assert.ok(size < 300_000, `${name}: ${size} bytes`);
    count++;
  }
  assert.ok(count > 0);
});

async function pages(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [".", "docs", "docs/decisions"]) {
    for await (const { name } of Deno.readDir(join(ROOT, folder))) {
      if (name.endsWith(".md")) found.push(join(ROOT, folder, name));
    }
  }
  return found;
}

/** Links and pictures that lead to a file of the repository or a heading. */
function linksIn(text: string): { target: string; anchor: string | undefined }[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "``");
  const targets = [
    ...prose.matchAll(/\]\(([^)\s]+)\)/g),
    ...prose.matchAll(/(?:src|href)="([^"]+)"/g),
  ].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target)).map((whole) => {
    const [target = "", anchor] = whole.split("#");
    return { target, anchor };
  });
}

/** The names that headings get on GitHub. */
function anchorsOf(text: string): Set<string> {
  const prose = text.replaceAll(/^```[^]*?^```/gm, "");
  return new Set(
    [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, head = ""]) =>
      head.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
    ),
  );
}
