import assert from "node:assert/strict";
import { join } from "node:path";
import { updateConfig } from "../../src/config/load.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { freePort } from "../support/free_port.ts";
import { aborted } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { hookOf } from "../support/webhooks.ts";

async function withProjects(
  fn: (bench: BotBench, folder: (name: string) => string) => Promise<void>,
  config: Record<string, unknown> = {},
): Promise<void> {
  await using temp = await TempFolder.make();
  for (const name of ["shop", "blog", "blog-old"]) await Deno.mkdir(temp.at(name));
  const projects = {
    shop: { folder: temp.at("shop"), permission_mode: "plan" },
    blog: temp.at("blog"),
    "blog-old": temp.at("blog-old"),
  };
  await withBot((bench) => fn(bench, (name) => temp.at(name)), {
    config: { projects, permission_mode: "acceptEdits", ...config },
  });
}

async function ask({ alice, until, texts }: BotBench, text: string, chat?: number): Promise<void> {
  const count = texts(chat).length;
  alice.send(text, chat === undefined ? {} : { chat });
  await until(() => texts(chat).length > count);
}

const last = (bench: BotBench) => bench.texts().at(-1)!;

async function press(bench: BotBench, label: RegExp): Promise<void> {
  const message = bench.said().findLast((one) =>
    buttonsOf(one).some(({ text }) => label.test(text))
  );
  assert.ok(message, `no button ${label} in ${bench.texts()}`);
  const button = buttonsOf(message).find(({ text }) => label.test(text))!;
  await bench.alice.press(message.message_id, button.data);
}

Deno.test("project: the agent starts in the folder, with ductor's rules and memory, and its own mode", () =>
  withProjects(async (bench, folder) => {
    await Deno.writeTextFile(bench.home.mainMemoryFile, "Likes tea.");
    await ask(bench, "/project shop");
    assert.match(last(bench), /📁 shop .*shop\nYour next message starts a new session/);
    await ask(bench, "hello");
    const [spec] = bench.claude.opened;
    assert.equal(spec?.cwd, folder("shop"));
    assert.deepEqual(spec?.folders, [bench.home.workspaceDir]);
    assert.equal(spec?.permissionMode, "plan");
    assert.match(spec?.instructions ?? "", /project "shop"[^]*output_to_user[^]*Likes tea/);
    const memory = join(bench.home.workspaceDir, "memory_system", "MAINMEMORY.md");
    assert.ok(spec?.instructions?.includes(memory), "paths of the workspace are whole");
    assert.equal(spec?.env.DUCTOR_HOME, bench.home.root);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder("shop"))), []);
  }));

Deno.test("project: there and back the session goes on, per provider; /new and /model are of the place", () =>
  withProjects(async (bench) => {
    await ask(bench, "in the workspace");
    await ask(bench, "/project blog");
    await ask(bench, "in the blog");
    await ask(bench, "/model gpt-5");
    await ask(bench, "/project workspace");
    assert.match(last(bench), /the workspace\nYour session there goes on: Claude Code, 1 message/);
    await ask(bench, "back");
    assert.deepEqual(bench.claude.opened.map(({ resume }) => resume), [undefined, undefined]);
    await ask(bench, "/project BLOG");
    await ask(bench, "/new");
    assert.match(last(bench), /New session with \w+.* in blog/);
    await bench.stop();
    await bench.start();
    await ask(bench, "again in the blog");
    const opened = [...bench.claude.opened, ...bench.codex.opened];
    assert.match(opened.at(-1)!.cwd, /blog$/);
    assert.equal(opened.at(-1)!.resume, undefined);
    await ask(bench, "/project workspace");
    await ask(bench, "and in the workspace");
    assert.equal(bench.claude.opened.at(-1)!.resume, "claude-session-1");
    const file = JSON.parse(await Deno.readTextFile(bench.home.sessionsFile));
    assert.deepEqual(
      Object.keys(file),
      [String(ALICE)],
      "the Python program's file has none of it",
    );
  }));

Deno.test("project: what was asked before a switch is done where it was asked", () =>
  withProjects(async (bench) => {
    const going = Promise.withResolvers<void>();
    bench.claude.script = async function* ({ text }, signal) {
      if (text.startsWith("long")) await Promise.race([going.promise, aborted(signal)]);
      yield { type: "text", text: `done ${text}` };
    };
    bench.alice.send("long");
    await bench.until(() => bench.claude.turns.length === 1);
    bench.alice.send("next");
    await bench.until(() => bench.said().some(({ text }) => text?.startsWith("[Message ")));
    bench.alice.send("/project blog");
    await bench.until(() => bench.texts().some((text) => /comes first/.test(text)));
    bench.alice.send("after");
    going.resolve();
    await bench.until(() => bench.texts().some((text) => text === "done after"));
    assert.deepEqual(
      bench.claude.turns.map(({ text }) => text.split("\n")[0]),
      ["long", "next", "after"],
    );
    assert.deepEqual(bench.claude.opened.map(({ cwd }) => cwd.split("/").at(-1)), [
      "workspace",
      "blog",
    ]);
  }));

Deno.test("project: a part of the name shows what is meant; a near miss, too", () =>
  withProjects(async (bench) => {
    await ask(bench, "/project blo");
    assert.match(last(bench), /Which one\?/);
    await press(bench, /^blog-old/);
    await bench.until(() => /📁 blog-old/.test(last(bench)));
    await ask(bench, "/project shpo");
    await press(bench, /^shop/);
    await bench.until(() => /📁 shop/.test(last(bench)));
    await ask(bench, "/project zzzzzz");
    assert.match(last(bench), /No project matches/);
    await press(bench, /All projects/);
    await bench.until(() => /Working in shop/.test(last(bench)));
    await press(bench, /^Workspace$/);
    await bench.until(() => /📁 the workspace/.test(last(bench)));
    await ask(bench, "/status");
    assert.doesNotMatch(last(bench), /Project:/);
  }));

Deno.test("project: a folder that disappeared is said, and nothing runs elsewhere in its place", () =>
  withProjects(async (bench, folder) => {
    await ask(bench, "/project blog");
    await Deno.remove(folder("blog"));
    await ask(bench, "hello");
    assert.match(last(bench), /folder of the project blog is not there/);
    assert.equal(bench.claude.opened.length, 0);
    await Deno.mkdir(folder("blog"));
    await press(bench, /^Try again$/);
    await bench.until(() => bench.texts().some((text) => /You said: hello/.test(text)));
    await updateConfig(bench.home, (raw) => void (raw.projects = {}));
    await bench.until(() => Object.keys(bench.bot.config().projects).length === 0);
    await ask(bench, "hello again");
    assert.match(last(bench), /no project blog any more/);
    await press(bench, /Work elsewhere/);
    await bench.until(() => /Working in blog.*no project any more/.test(last(bench)));
    await press(bench, /^Workspace$/);
    await bench.until(() => /📁 the workspace/.test(last(bench)));
    await ask(bench, "now");
    assert.match(last(bench), /You said: now/);
  }));

Deno.test("project: files of an answer are looked for there, and may leave with file_access workspace", () =>
  withProjects(async (bench, folder) => {
    await Deno.writeTextFile(join(folder("blog"), "post.txt"), "A post.");
    await Deno.writeTextFile(join(folder("shop"), "till.txt"), "Money.");
    bench.claude.script = async function* () {
      yield {
        type: "text",
        text: `Here:\n\n<file:post.txt>\n\n<file:${join(folder("shop"), "till.txt")}>`,
      };
    };
    await ask(bench, "/project blog");
    await ask(bench, "send them");
    await bench.until(() => bench.said().some(({ document }) => document));
    const names = bench.said().flatMap(({ document }) => document?.file_name ?? []);
    assert.deepEqual(names, ["post.txt"]);
    assert.ok(bench.texts().some((text) => /till\.txt is outside/.test(text)));
  }, { file_access: "workspace" }));

Deno.test("project: a looser mode of its own is told with Undo; a stricter one is not", () =>
  withProjects(async (bench) => {
    await ask(bench, "hello");
    const mode = (permission_mode: string) =>
      updateConfig(bench.home, (raw) => {
        const projects = raw.projects as Record<string, Record<string, unknown>>;
        projects.shop = { ...projects.shop, permission_mode };
      });
    await mode("bypassPermissions");
    await bench.until(() =>
      bench.texts().some((text) =>
        /projects\.shop\.permission_mode is now bypassPermissions; it was plan/.test(text)
      )
    );
    await press(bench, /^Undo$/);
    await bench.until(() =>
      bench.texts().some((text) => /permission_mode is plan again/.test(text))
    );
    assert.equal(bench.bot.config().projects.shop?.permission_mode, "plan");
  }));

Deno.test("project: a hook that wakes the conversation works in its own, wherever that is", () => {
  const port = freePort();
  const authorization = "Bearer the-token";
  return withProjects(async (bench, folder) => {
    await new Registry(bench.home.webhooksFile).add(hookOf({ chat_id: ALICE, project: "shop" }));
    await ask(bench, "/project blog");
    const headers = { "content-type": "application/json", authorization };
    const url = `http://127.0.0.1:${port}/hooks/deploys`;
    const { status } = await fetch(url, { method: "POST", headers, body: '{"text": "it"}' });
    assert.equal(status, 202);
    await bench.until(() => bench.claude.turns.length === 1);
    assert.equal(bench.claude.opened[0]?.cwd, folder("shop"));
  }, { webhooks: { enabled: true, host: "127.0.0.1", port } });
});
