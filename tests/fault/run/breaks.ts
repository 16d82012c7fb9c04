/**
 * One promise broken on purpose, so that the run is seen to fail then. The program runs from source
 * with one module replaced by a copy that is changed in one place; the program itself knows nothing
 * of it.
 */
import { fileURLToPath } from "node:url";
import type { Program } from "../../support/program.ts";

const ROOT = new URL("../../../", import.meta.url);

interface Break {
  module: string;
  from: string;
  to: string;
}

export const BREAKS: Record<string, Break> = {
  "inbox-not-written": {
    module: "src/conversation/inbox.ts",
    from: `await this.#journal.append(
      ...fresh.map((update): InboxRecord => ({ k: "update", id: update.update_id, update })),
    );`,
    to:
      `for (const update of fresh) this.#journal.note({ k: "update", id: update.update_id, update });`,
  },
  "confirmed-before-written": {
    module: "src/telegram/poller.ts",
    from: "await this.#options.accept(updates);",
    to: "setTimeout(() => this.#options.accept(updates).catch(() => {}), 300);",
  },
  "start-not-written": {
    module: "src/conversation/inbox.ts",
    from:
      `await this.#journal.append(...ids.map((id): InboxRecord => ({ k: "started", id, turn })));`,
    to: `for (const id of ids) this.#journal.note({ k: "started", id, turn });`,
  },
  "final-not-written": {
    module: "src/telegram/outbox_journal.ts",
    from: "await this.#journal.append(r);",
    to: `if (r.k === "final") this.#journal.note(r); else await this.#journal.append(r);`,
  },
  "double-not-looked-for": {
    module: "src/telegram/lost_sends.ts",
    from: "if (attempt.again && attempt.after > 0)",
    to: "if (false as boolean)",
  },
  "search-not-written": {
    module: "src/telegram/outbox_records.ts",
    from: "if (tried?.again && tried.after > 0 && messages.length > 0)",
    to: "if (false as boolean)",
  },
  "search-knows-no-ids": {
    module: "src/telegram/lost_sends.ts",
    from: "for (let id = end - 1; id > after; id--) {",
    to:
      "return [1, 2, 3, 4, 5, 6, 7, 8].map((n) => end - n);\n  for (let id = end - 1; id > after; id--) {",
  },
  "press-not-written": {
    module: "src/conversation/inbox.ts",
    from: `return await this.#journal.append({ k: "decided", ids: [...ids], ...decision });`,
    to:
      `return await Promise.resolve(this.#journal.note({ k: "decided", ids: [...ids], ...decision }));`,
  },
};

/** The program from source with this promise broken. */
export async function brokenProgram(name: string, folder: string): Promise<Program> {
  const known = BREAKS[name];
  if (!known) throw new Error(`Cannot break “${name}”, expected ${Object.keys(BREAKS).join(", ")}`);
  const { module, from, to } = known;
  const url = new URL(module, ROOT);
  const source = await Deno.readTextFile(url);
  if (!source.includes(from)) throw new Error(`Cannot break “${name}”: ${module} has changed`);
  const copy = `${folder}/broken.ts`;
  const absolute = source.replace(from, to)
    .replaceAll(/ from "(\.[^"]+)"/g, (_, path) => ` from "${new URL(path, url)}"`);
  await Deno.writeTextFile(copy, absolute);
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  config.imports[url.href] = new URL(`file://${copy}`).href;
  const path = `${folder}/deno.json`;
  await Deno.writeTextFile(path, JSON.stringify(config));
  const lock = `${folder}/deno.lock`;
  await Deno.copyFile(new URL("deno.lock", ROOT), lock);
  const main = fileURLToPath(new URL("main.ts", ROOT));
  return {
    label: `broken: ${name}`,
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-check", "--lock", lock, "--config", path, "-P", main],
  };
}
