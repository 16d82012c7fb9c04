import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { runningIn } from "./agent.ts";
import { ClaudeStore } from "./store.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Lines as Claude Code 2.1.332 writes them, as far as anybody looks at them. */
const user = (content: unknown, more: Record<string, unknown> = {}) => ({
  parentUuid: null,
  isSidechain: false,
  type: "user",
  message: { role: "user", content },
  cwd: "/home/me/shop",
  ...more,
});
const assistant = (...texts: string[]) => ({
  isSidechain: false,
  message: { role: "assistant", content: texts.map((text) => ({ type: "text", text })) },
  type: "assistant",
  cwd: "/home/me/shop/deeper",
});

async function withStore(
  fn: (bench: {
    store(): ClaudeStore;
    write(n: number, lines: readonly unknown[] | string, at?: number): Promise<string>;
    index: string;
  }) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  const index = temp.at("index.json");
  await fn({
    index,
    store: () => new ClaudeStore(temp.path, index),
    async write(n, lines, at = n) {
      const path = temp.at("projects", "-home-me-shop", `${id(n)}.jsonl`);
      await Deno.mkdir(dirname(path), { recursive: true });
      const content = typeof lines === "string"
        ? lines
        : lines.map((line) => JSON.stringify(line) + "\n").join("");
      await Deno.writeTextFile(path, content);
      await Deno.utime(path, at, at);
      return path;
    },
  });
}

Deno.test("sessions of Claude: title, folder, time and messages, the newest first", () =>
  withStore(async ({ store, write }) => {
    await write(1, [user("Fix the till\nplease"), assistant("Done.")]);
    await write(2, [
      user("<command-name>/clear</command-name>"),
      user("a reminder", { isMeta: true }),
      user([{ type: "image" }, { type: "text", text: "What is on this?" }]),
      user([{ type: "tool_result", content: "42" }]),
      user("a sub-agent's", { isSidechain: true }),
      user("And now?\n\n[ductor, not the user: look over this conversation.]"),
    ]);
    await write(3, [
      user("first"),
      { type: "ai-title", aiTitle: "Of the CLI" },
      { type: "custom-title", customTitle: "Old name" },
      { type: "custom-title", customTitle: "  Till, \n mine " },
    ]);
    await write(4, [{ type: "summary", summary: "An older one" }, user("x")]);
    assert.deepEqual(await store().list(), [
      { id: id(4), title: "An older one", folder: "/home/me/shop", updated: 4000, messages: 1 },
      { id: id(3), title: "Till, mine", folder: "/home/me/shop", updated: 3000, messages: 1 },
      { id: id(2), title: "What is on this?", folder: "/home/me/shop", updated: 2000, messages: 2 },
      {
        id: id(1),
        title: "Fix the till please",
        folder: "/home/me/shop",
        updated: 1000,
        messages: 1,
      },
    ]);
  }));

Deno.test("sessions of Claude: of a huge file only its ends are read; its length is what the CLI says", () =>
  withStore(async ({ store, write }) => {
    const much = Array.from({ length: 60 }, () => assistant("x".repeat(10_000)));
    await write(1, [
      user("Begin"),
      ...much,
      user("Go on", { turnPosition: { promptIndex: 11, turnIndex: 2 } }),
      { type: "custom-title", customTitle: "Big" },
    ]);
    await write(2, [user("y".repeat(300_000)), ...much, {
      type: "last-prompt",
      lastPrompt: "End",
    }]);
    const [second, first] = await store().list();
    assert.deepEqual([first?.title, first?.messages], ["Big", 12]);
    assert.deepEqual([second?.title, second?.messages], ["End", undefined]);
  }));

Deno.test("sessions of Claude: a file that has not changed is not read again, not after a restart either", () =>
  withStore(async ({ store, write, index }) => {
    await write(1, [user("one")]);
    await write(2, [user("two")]);
    const first = store();
    assert.deepEqual((await first.list()).map(({ title }) => title), ["two", "one"]);
    const path = await write(1, [user("new")]);
    await write(2, [user("two"), user("three")], 9);
    for (const each of [first, store()]) {
      assert.deepEqual(
        (await each.list()).map(({ title, messages }) => [title, messages]),
        [["two", 2], ["one", 1]],
      );
    }
    await Deno.remove(path);
    assert.deepEqual((await first.list()).map(({ title }) => title), ["two"]);
    for (const torn of ["", "{", "[]", '{"version":1,"files":{"a":{"at":"x"}}}', "null"]) {
      await Deno.writeTextFile(index, torn);
      assert.deepEqual((await store().list()).map(({ title }) => title), ["two"], torn);
    }
  }));

Deno.test("sessions of Claude: junk, torn lines, folders and no store at all do no harm", () =>
  withStore(async ({ store, write }) => {
    assert.deepEqual(await store().list(), []);
    const junk = [
      "",
      "\0\0\0",
      "null\n[]\n5\n",
      '{"type":"user"',
      '{"type":"user","message":null,"cwd":"/x"}\n{"type":"user","message":{"content":[null,5]}}',
      '{"type":"user","message":{"content":{"a":1}},"cwd":5}\n',
      '{"cwd":"/x\\q"}\n{"type":"custom-title","customTitle":7}\n',
      "x".repeat(400_000),
    ];
    let n = 0;
    for (const text of junk) await write(++n, text);
    const path = await write(50, [user("good"), assistant("yes")]);
    const folder = dirname(path);
    await Deno.writeTextFile(path, '{"type":"user","mess', { append: true });
    await Deno.mkdir(join(folder, `${id(60)}.jsonl`));
    await Deno.writeTextFile(join(folder, "agent-1.jsonl"), JSON.stringify(user("sub")) + "\n");
    await Deno.writeTextFile(join(folder, "..", "loose.jsonl"), "x");
    assert.deepEqual((await store().list()).map(({ title }) => title), ["good"]);
    assert.deepEqual(store().said(id(50)), [
      { by: "user", text: "good" },
      { by: "agent", text: "yes" },
    ]);
    for (const none of [id(99), "../x", "", id(60)]) assert.deepEqual(store().said(none), []);
  }));

Deno.test("sessions of Claude: what is open is what the CLI prints; anything else is not known", () => {
  assert.deepEqual(runningIn('[{"pid":5,"sessionId":"a","kind":"interactive"},{"pid":6},7]'), [
    { pid: 5, sessionId: "a", kind: "interactive" },
  ] as never);
  assert.deepEqual(runningIn("[]"), []);
  for (const none of ["", "{}", "no", "error: unknown command"]) {
    assert.equal(runningIn(none), undefined, none);
  }
});
