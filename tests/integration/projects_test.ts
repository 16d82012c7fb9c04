import assert from "node:assert/strict";
import { join } from "node:path";
import type { ServerOptions } from "../../src/bot_api/types.ts";
import { updateConfig } from "../../src/config/load.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { freePort } from "../support/free_port.ts";
import { gitIn as git, repository } from "../support/git.ts";
import { aborted } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { hookOf } from "../support/webhooks.ts";

/** Everything in a folder, with git's own files. */
async function allOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await allOf(path) : [`${path} ${(await Deno.stat(path)).size}`]);
  }
  return found.sort();
}

async function withProjects(
  fn: (bench: BotBench, folder: (name: string) => string) => Promise<void>,
  config: Record<string, unknown> = {},
  server: ServerOptions = {},
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
    server,
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

Deno.test("project: what is asked right after a switch is done there", () =>
  withProjects(async (bench) => {
    bench.alice.send("/project blog");
    bench.alice.send("hello");
    await bench.until(() => bench.texts().includes("You said: hello"));
    assert.match(bench.claude.opened[0]!.cwd, /blog$/);
  }));

for (const how of ["a command", "a button"] as const) {
  Deno.test(`project: a switch that waits, asked for by ${how}, outlives a crash, in its place`, () =>
    withProjects(async (bench) => {
      const going = Promise.withResolvers<void>();
      bench.claude.script = async function* ({ text }, signal) {
        if (text.startsWith("long")) await Promise.race([going.promise, aborted(signal)]);
        yield { type: "text", text: `done ${text.split("\n")[0]}` };
      };
      bench.alice.send("long");
      await bench.until(() => bench.claude.turns.length === 1);
      bench.alice.send("next");
      await bench.until(() => bench.said().some(({ text }) => text?.startsWith("[Message ")));
      if (how === "a command") bench.alice.send("/project blog");
      else {
        await ask(bench, "/project");
        await press(bench, /^blog ·/);
      }
      await bench.until(() => bench.texts().some((text) => /comes first/.test(text)));
      bench.alice.send("after");
      await bench.until(() => bench.said().filter(({ text }) => text?.startsWith("[M")).length > 1);
      await bench.die();
      await bench.start();
      await bench.until(() => bench.texts().some((text) => text === "done after"));
      assert.deepEqual(
        bench.claude.opened.slice(1).map(({ cwd }) => cwd.split("/").at(-1)),
        ["workspace", "blog"],
      );
      // It is done once.
      await ask(bench, "/project workspace");
      await bench.until(() => /📁 the workspace/.test(last(bench)));
      await bench.stop();
      await bench.start();
      await ask(bench, "/status");
      assert.doesNotMatch(last(bench), /Project: blog/);
    }));
}

Deno.test("project: a topic for it in a private chat, where the bot has topics there; else none is offered", async () => {
  for (const topicsInPrivate of [true, false]) {
    await withProjects(
      async (bench, folder) => {
        await ask(bench, "/project shop");
        await ask(bench, "/project");
        const buttons = () => buttonsOf(bench.said().at(-1)!).map(({ text }) => text);
        assert.equal(buttons().includes("Make a topic for it"), topicsInPrivate);
        if (!topicsInPrivate) return;
        await press(bench, /^Make a topic for it$/);
        await bench.until(() =>
          bench.texts().some((text) => /This topic works in shop/.test(text))
        );
        const made = bench.said().find(({ text }) => /This topic works/.test(text ?? ""))!;
        await ask(bench, "/project workspace");
        bench.alice.send("hello", { thread: made.message_thread_id! });
        await bench.until(() => bench.claude.opened.length === 1);
        assert.equal(bench.claude.opened[0]?.cwd, folder("shop"));
        const [topic] = bench.server.topics(ALICE);
        assert.equal(topic?.name, "shop");
      },
      {},
      { topicsInPrivate },
    );
  }
});

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

Deno.test("project: NAME@BRANCH works in a worktree below the home, listed, and removed when nothing is lost", () =>
  withProjects(async (bench, folder) => {
    await repository(folder("shop"));
    await ask(bench, "/project shop@fix/login");
    assert.match(last(bench), /📁 shop@fix\/login/);
    await ask(bench, "hello");
    const tree = join(bench.home.worktreesDir, "shop", "fix", "login");
    assert.equal(bench.claude.opened[0]?.cwd, tree);
    assert.equal(bench.claude.opened[0]?.permissionMode, "plan", "settings of the project hold");
    assert.equal((await git(tree, "branch", "--show-current")).trim(), "fix/login");
    await Deno.writeTextFile(join(tree, "new.txt"), "x");
    await ask(bench, "/project");
    await press(bench, /^Branches$/);
    await bench.until(() => /Branches of shop/.test(last(bench)));
    await press(bench, /^Remove$/);
    await bench.until(() => /not clean. 1 changed file/.test(last(bench)));
    await press(bench, /^Keep it$/);
    await bench.until(() => /Branches of shop/.test(last(bench)));
    await git(tree, "add", ".");
    await git(tree, "commit", "-qm", "New");
    await press(bench, /^Remove$/);
    await bench.until(() => /not clean. 1 commit exist/.test(last(bench)));
    await press(bench, /^Keep it$/);
    await bench.until(() => /Branches of shop/.test(last(bench)));
    await git(folder("shop"), "merge", "-q", "fix/login");
    await press(bench, /^Remove$/);
    await bench.until(() => /fix\/login is removed/.test(last(bench)));
    await assert.rejects(Deno.stat(tree));
    await ask(bench, "and now");
    assert.equal(bench.claude.opened.at(-1)?.cwd, folder("shop"), "who worked there works in it");
    await ask(bench, "/project blog@x");
    assert.match(last(bench), /no folder for blog@x: fatal: not a git repository/);
  }));

Deno.test("project: /diff tells what changed since the session began, and writes nothing into the project", () =>
  withProjects(async (bench, folder) => {
    const shop = folder("shop");
    await ask(bench, "/diff");
    assert.match(last(bench), /\/project goes to one/);
    await repository(shop);
    await Deno.writeTextFile(join(shop, "before.txt"), "was there\n");
    await Deno.writeTextFile(join(shop, ".gitignore"), "ignored\n");
    await ask(bench, "/project shop");
    const before = await allOf(shop);
    await ask(bench, "hello");
    await ask(bench, "/diff");
    assert.match(last(bench), /Nothing has changed in shop since this session began/);
    assert.deepEqual(await allOf(shop), before);
    await Deno.writeTextFile(join(shop, "till.txt"), "one\nthree\n");
    await git(shop, "commit", "-qam", "Three");
    await Deno.writeTextFile(join(shop, "new.txt"), "new\n");
    await Deno.writeTextFile(join(shop, "before.txt"), "was there\nand more\n");
    await Deno.writeTextFile(join(shop, "ignored"), "x\n");
    await ask(bench, "/diff");
    assert.match(last(bench), /3 files, \+3 −1, since this session began[^]*new\.txt[^]*till\.txt/);
    await bench.until(() => bench.said().some(({ document }) => document));
    const { document } = bench.said().at(-1)!;
    assert.equal(document?.file_name, "shop.diff");
    const link = `${bench.server.apiRoot}/file/bot${bench.server.token}`;
    const [file] = bench.server.calls.filter(({ method }) => method === "sendDocument");
    assert.ok(file && link);
    await ask(bench, "/new");
    await ask(bench, "again");
    await ask(bench, "/diff");
    assert.match(last(bench), /Nothing has changed/);
    await ask(bench, "/project blog");
    await ask(bench, "/diff");
    assert.match(last(bench), /cannot be told: fatal: not a git repository/);
  }));

Deno.test("project: New… asks for a name, makes it below the first root, and goes there", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("code"));
  await repository(await Deno.mkdir(temp.at("from")).then(() => temp.at("from")));
  await withProjects(async (bench) => {
    const make = async (words: string) => {
      await ask(bench, "/project");
      await press(bench, /^New…$/);
      await bench.until(() => /What is it called/.test(last(bench)));
      await ask(bench, words);
    };
    await make("Till");
    await bench.until(() => /📁 Till/.test(last(bench)));
    assert.ok((await Deno.stat(temp.at("code/Till/.git"))).isDirectory);
    await make("shop");
    await bench.until(() => /There is a project shop already/.test(last(bench)));
    await make("../x");
    await bench.until(() => /no name for a project/.test(last(bench)));
    await make("other https://127.0.0.1:9/nothing.git");
    await bench.until(() => /other could not be made: (fatal|error)/.test(last(bench)));
    await ask(bench, "/project");
    await press(bench, /^New…$/);
    await bench.until(() => /What is it called/.test(last(bench)));
    await press(bench, /^Cancel$/);
    await ask(bench, "/status");
    assert.match(last(bench), /Project: Till/);
  }, { project_roots: [temp.at("code")] });
});

Deno.test("project: a topic is made for it, which works there from the first message on", () =>
  withProjects(async (bench, folder) => {
    const { alice, server, claude, texts, until } = bench;
    const group = server.group({ title: "Work", members: [alice], forum: true, botIsAdmin: true });
    alice.send("/project shop", { chat: group.id });
    await until(() => /📁 shop/.test(texts(group.id).at(-1) ?? ""));
    alice.send("/project", { chat: group.id });
    await until(() => /Working in shop/.test(texts(group.id).at(-1) ?? ""));
    const topic = () =>
      bench.said(group.id).flatMap((one) => buttonsOf(one).map((button) => ({ ...button, one })))
        .find(({ text }) => text === "Make a topic for it");
    await until(() => topic() !== undefined);
    await alice.press(topic()!.one.message_id, topic()!.data, { chat: group.id });
    await until(() => texts(group.id).some((text) => /This topic works in shop/.test(text)));
    const made = bench.said(group.id).find(({ text }) => /This topic works/.test(text ?? ""))!;
    alice.send("hello", { chat: group.id, thread: made.message_thread_id! });
    await until(() => claude.opened.length === 1);
    assert.equal(claude.opened[0]?.cwd, folder("shop"));
  }, { group_mode: "all" }));

Deno.test("project: a topic that the config has a folder for works there, by its name too; /project goes elsewhere", async () => {
  await using temp = await TempFolder.make();
  for (const name of ["till", "named", "renamed"]) await Deno.mkdir(temp.at(name));
  await withProjects(async (bench, folder) => {
    const { alice, server, claude, bot, texts, until } = bench;
    const group = server.group({ title: "Work", members: [alice], forum: true, botIsAdmin: true });
    const [till, named] = [group.createTopic("First"), group.createTopic("Names")];
    await updateConfig(bench.home, (raw) => {
      raw.project_roots = {
        [`${group.id}:${till.thread_id}`]: temp.at("till"),
        Names: temp.at("named"),
      };
    });
    await until(() => Object.keys(bot.config().project_roots).length === 2);
    const said = async (text: string, thread?: number) => {
      const count = texts(group.id).length;
      alice.send(text, { chat: group.id, ...thread !== undefined && { thread } });
      await until(() => texts(group.id).length > count);
    };
    await said("one", till.thread_id);
    await said("two", named.thread_id);
    await said("three");
    const folders = () => claude.opened.map(({ cwd }) => cwd);
    assert.deepEqual(folders(), [temp.at("till"), temp.at("named"), bench.home.workspaceDir]);
    await said("/project blog", named.thread_id);
    await said("four", named.thread_id);
    await said("/project workspace", named.thread_id);
    await said("five", named.thread_id);
    assert.deepEqual(folders().slice(3), [folder("blog"), bench.home.workspaceDir]);
    await Deno.remove(temp.at("till"));
    await said("six", till.thread_id);
    assert.match(texts(group.id).at(-1)!, /folder of the project till is not there/);
  }, { group_mode: "all" });
});

Deno.test("project: the panel of the permissions changes those of the project, and nobody is told", () =>
  withProjects(async (bench) => {
    await ask(bench, "/project blog");
    await ask(bench, "/status");
    await press(bench, /^Permissions$/);
    await bench.until(() => /without asking you in blog/.test(last(bench)));
    await press(bench, /^Full access$/);
    await bench.until(() => /Now: Full access/.test(last(bench)));
    const { projects, permission_mode } = bench.bot.config();
    assert.equal(projects.blog?.permission_mode, "bypassPermissions");
    assert.equal(permission_mode, "acceptEdits");
    await ask(bench, "hello");
    assert.equal(bench.claude.opened[0]?.permissionMode, "bypassPermissions");
    assert.ok(!bench.texts().some((text) => /do more without asking/.test(text)));
  }));

Deno.test("project: a folder of the config that is not there is said once, when it comes into the config", () =>
  withProjects(async (bench) => {
    await ask(bench, "hello");
    const name = (key: string, folder: string) =>
      updateConfig(bench.home, (raw) => {
        Object.assign(raw.projects as object, { [key]: folder });
      });
    const told = () => bench.texts().filter((text) => /is no folder/.test(text));
    await name("one", "/nowhere/one");
    await bench.until(() => told().length === 1);
    await name("two", "/nowhere/two");
    await bench.until(() => told().length === 2);
    assert.match(told()[1]!, /is no folder: \/nowhere\/two$/);
    await ask(bench, "/project");
    assert.ok(buttonsOf(bench.said().at(-1)!).some(({ text }) => /^one · ⚠️ not there/.test(text)));
  }));
