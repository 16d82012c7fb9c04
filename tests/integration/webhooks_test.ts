import assert from "node:assert/strict";
import { Events } from "../../src/webhooks/events.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { isOfThisMachine } from "../../src/base/addresses.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { createTask } from "../../src/workspace/task_folder.ts";
import { ALICE, BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { freePort } from "../support/free_port.ts";
import { aborted } from "../support/scripted_agent.ts";
import { hookOf } from "../support/webhooks.ts";

async function withHooks(
  fn: (bench: BotBench & { send(id: string, body: unknown): Promise<Response> }) => Promise<void>,
  hooks = [hookOf({ chat_id: ALICE })],
  config: Record<string, unknown> = {},
): Promise<void> {
  const port = freePort();
  const webhooks = { enabled: true, host: "127.0.0.1", port, rate_limit_per_minute: 1000 };
  await withBot(async (bench) => {
    const registry = new Registry(bench.home.webhooksFile);
    for (const hook of hooks) await registry.add(hook);
    meet(bench);
    await bench.start();
    await bench.until(() => greeted(bench));
    await fn({
      ...bench,
      texts: (chatId) => withoutGreeting(bench.texts(chatId)),
      get bot() {
        return bench.bot;
      },
      send: (id, body) =>
        fetch(`http://127.0.0.1:${port}/hooks/${id}`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: "Bearer the-token" },
          body: JSON.stringify(body),
        }),
    });
  }, { started: false, config: { webhooks, ...config } });
}

/** Telegram lets no bot write to somebody who never wrote to it. */
function meet({ alice, bob }: BotBench): void {
  alice.send("/start");
  bob.send("/start");
}

function greeted({ said }: BotBench): boolean {
  return [ALICE, BOB].every((chat) => said(chat).length > 0);
}

/** It is a picture, or a text where there is none. */
function withoutGreeting(texts: string[]): string[] {
  return texts.filter((text) => text !== "" && !text.startsWith("Hello"));
}

const fileOf = async ({ home }: BotBench, id = "deploys") =>
  (await new Registry(home.webhooksFile).find(id))!;

Deno.test("a wake hook is announced with its title and answered in its conversation", async () => {
  await withHooks(async (bench) => {
    const response = await bench.send("deploys", { text: "v2 is live" });
    assert.equal(response.status, 202);
    assert.equal((await response.json()).hook_id, "deploys");
    await bench.until(() => bench.texts().length === 2);
    const [title, answer] = bench.texts();
    assert.equal(title, "🔔 Deploys");
    assert.match(answer!, /^You said: The webhook "Deploys" was called/);
    assert.match(bench.claude.turns[0]!.text, /begins -----\nLook at v2 is live\n-----/);
    assert.deepEqual(bench.texts(BOB), []);
    await bench.bot.settled();
    await bench.stop();
    const { trigger_count, last_status, last_error } = await fileOf(bench);
    assert.deepEqual([trigger_count, last_status, last_error], [1, "success", null]);
  });
});

Deno.test("a hook without a conversation wakes every allowed user", async () => {
  await withHooks(async (bench) => {
    await bench.send("deploys", { text: "x" });
    await bench.until(() => bench.texts(ALICE).length === 2 && bench.texts(BOB).length === 2);
  }, [hookOf()]);
});

Deno.test("a hook that names a stranger's chat wakes nobody", async () => {
  await withHooks(async (bench) => {
    assert.equal((await bench.send("deploys", {})).status, 202);
    await bench.until(() => bench.claude.turns.length === 0);
    await bench.stop();
    assert.equal((await fileOf(bench)).last_error, "error:no_response");
    assert.deepEqual(bench.claude.turns, []);
  }, [hookOf({ chat_id: 4711 })]);
});

Deno.test("an event waits for the turn that runs, and messages behind it wait for it", async () => {
  await withHooks(async (bench) => {
    const { alice, claude } = bench;
    const release = Promise.withResolvers<void>();
    claude.script = async function* ({ text }) {
      if (text === "first") await release.promise;
      yield { type: "text", text: text.includes("webhook") ? "hooked" : `re ${text}` };
    };
    alice.send("first");
    await bench.until(() => claude.turns.length === 1);
    await bench.send("deploys", { text: "x" });
    alice.send("second");
    await bench.until(() => bench.said().some(({ text }) => text?.startsWith("[Message")));
    assert.equal(claude.turns.length, 1);
    release.resolve();
    await bench.until(() => bench.texts().includes("re second"));
    assert.deepEqual(bench.texts(), ["re first", "🔔 Deploys", "hooked", "re second"]);
  });
});

Deno.test("an event that was accepted and not begun is handled once after the restart", async () => {
  await withHooks(async (bench) => {
    const { home, claude } = bench;
    // Runs until the program ends, and holds the event up.
    claude.script = async function* (_, signal) {
      yield { type: "alive" };
      await aborted(signal);
    };
    bench.alice.send("long");
    await bench.until(() => claude.turns.length === 1);
    assert.equal((await bench.send("deploys", { text: "kept" })).status, 202);
    await bench.stop();
    const events = await Events.open(home.webhookEventsFile, () => Date.now());
    assert.deepEqual(events.open().map(({ body }) => body), [`{"text":"kept"}`]);
    await events.close();
    claude.script = async function* () {
      yield { type: "text", text: "done" };
    };
    for (let restart = 0; restart < 2; restart++) {
      await bench.start();
      await bench.until(() => bench.texts().includes("done"));
      await bench.bot.settled();
      await bench.stop();
    }
    const asked = claude.turns.filter(({ text }) => text.includes("kept"));
    assert.equal(asked.length, 1);
    assert.equal(bench.texts().filter((text) => text === "🔔 Deploys").length, 1);
  });
});

Deno.test("K13.2 an event that was being worked on is not begun again; that is said, with a button", async () => {
  await withHooks(async (bench) => {
    await bench.stop();
    const events = await Events.open(bench.home.webhookEventsFile, () => Date.now());
    const event = await events.accept({
      hook: "deploys",
      at: Date.now(),
      form: false,
      body: `{"text":"half"}`,
      key: "deploys:1",
    });
    await events.began(event, `${ALICE}`);
    await events.close();
    await bench.start();
    await bench.until(() => bench.texts().some((text) => text.includes("I was interrupted")));
    assert.deepEqual(bench.claude.turns, []);
    const news = bench.said(ALICE).find(({ text }) => text?.includes("I was interrupted"))!;
    assert.match(news.text!, /Look at half/);
    const [again] = news.reply_markup!.inline_keyboard.flat() as { callback_data: string }[];
    await bench.alice.press(news.message_id, again!.callback_data);
    await bench.until(() => bench.texts().some((text) => text.includes("You said")));
    assert.equal(bench.claude.turns.length, 1);
    await bench.bot.settled();
    await bench.stop();
    const after = await Events.open(bench.home.webhookEventsFile, () => Date.now());
    assert.deepEqual(after.open(), []);
    assert.equal(after.known("deploys:1"), undefined, "the sender may deliver it again");
    await after.close();
  });
});

Deno.test("a cron_task hook runs in its folder and its result comes to the chat", async () => {
  const hook = hookOf({
    id: "check",
    title: "Check",
    mode: "cron_task",
    task_folder: "check",
    chat_id: ALICE,
  });
  await withHooks(async (bench) => {
    const task = { name: "check", title: "Check", description: "" };
    await createTask(bench.home, task, () => Promise.resolve());
    bench.claude.script = async function* () {
      yield { type: "text", text: "All is well." };
    };
    assert.equal((await bench.send("check", { text: "go" })).status, 202);
    await bench.until(() => bench.texts().length > 0);
    assert.match(bench.texts()[0]!, /^Check\s+All is well\.$/);
    const [spec] = bench.claude.opened;
    assert.ok(spec!.cwd.endsWith("cron_tasks/check"));
    assert.match(bench.claude.turns[0]!.text, /Look at go/);
    await bench.stop();
    assert.equal((await fileOf(bench, "check")).last_status, "success");
    const names = await Array.fromAsync(Deno.readDir(`${bench.home.cronTasksDir}/check/runs`));
    assert.equal(names.length, 1);
  }, [hook]);
});

Deno.test("in quiet hours a task is skipped, which is no error and says nothing", async () => {
  const hour = new Date().getUTCHours();
  const hook = hookOf({
    mode: "cron_task",
    task_folder: "deploys",
    quiet_start: hour,
    quiet_end: (hour + 2) % 24,
  });
  await withHooks(
    async (bench) => {
      await bench.send("deploys", {});
      const registry = new Registry(bench.home.webhooksFile);
      while ((await registry.find("deploys"))!.last_status === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { last_status, last_error } = (await registry.find("deploys"))!;
      assert.deepEqual([last_status, last_error], ["skipped:quiet_hours", null]);
      assert.deepEqual(bench.texts(), []);
      assert.deepEqual(bench.claude.turns, []);
    },
    [hook],
    { user_timezone: "UTC" },
  );
});

Deno.test("a task whose folder is missing says so", async () => {
  const hook = hookOf({ mode: "cron_task", task_folder: "gone", chat_id: ALICE });
  await withHooks(async (bench) => {
    await bench.send("deploys", {});
    await bench.until(() => bench.texts().length > 0);
    assert.match(bench.texts()[0]!, /⚠️ Deploys did not work/);
    await bench.stop();
    assert.equal((await fileOf(bench)).last_error, "error:folder_missing");
  }, [hook]);
});

Deno.test("a token for all hooks is made when there is none, and kept", async () => {
  await withHooks(async (bench) => {
    const { config } = await loadConfig(bench.home);
    assert.match(config.webhooks.token, /^[\w-]{43}$/);
    await bench.stop();
    await bench.start();
    assert.equal((await loadConfig(bench.home)).config.webhooks.token, config.webhooks.token);
  });
});

Deno.test("a taken port is said in the chat, and the bot goes on", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await withBot(async (bench) => {
    meet(bench);
    await bench.start();
    const said = new RegExp(`port ${port} is taken`);
    await bench.until(() => bench.texts().some((text) => said.test(text)));
    bench.alice.send("hello");
    await bench.until(() => bench.texts().some((text) => text === "You said: hello"));
  }, { started: false, config: { webhooks: { enabled: true, host: "127.0.0.1", port } } });
});

Deno.test("an address that others can reach is told when it is opened; it lets nobody in without a secret", async () => {
  await withHooks(async (bench) => {
    const port = (await loadConfig(bench.home)).config.webhooks.port;
    const told = /Every machine that can reach this one/;
    assert.ok(!bench.texts().some((text) => told.test(text)));
    await updateConfig(bench.home, (raw) => {
      raw.webhooks = { ...raw.webhooks as object, host: "0.0.0.0" };
    });
    await bench.until(() => bench.texts().some((text) => told.test(text)));
    assert.equal((await bench.send("deploys", {})).status, 202);
    const { address } = Deno.networkInterfaces().find(({ family, address }) =>
      family === "IPv4" && !isOfThisMachine(address)
    ) ?? { address: "127.0.0.1" };
    for (const path of ["hooks/deploys", "hooks/bare", "hooks/none", "metrics"]) {
      const method = path === "metrics" ? "GET" : "POST";
      const headers = { authorization: "Bearer " };
      const { status, body } = await fetch(`http://${address}:${port}/${path}`, {
        ...{ method, headers },
        ...method === "POST" && { body: "{}" },
      });
      await body?.cancel();
      assert.equal(status, path === "metrics" ? 404 : 401, path);
    }
  }, [hookOf({ chat_id: ALICE }), hookOf({ id: "bare", token: "", chat_id: ALICE })]);
});

Deno.test("K14 a wake hook that may be silent says nothing when there is nothing, and its news when there is", async () => {
  await withHooks(async (bench) => {
    bench.claude.script = async function* ({ text }) {
      yield { type: "text", text: "I look." };
      yield { type: "tool", phase: "start", id: "1", name: "Bash", input: "date" };
      yield { type: "text", text: text.includes("v2") ? "It is broken." : "NOTHING_TO_REPORT" };
    };
    await bench.send("deploys", { text: "v1" });
    await bench.until(() => bench.claude.turns.length === 1);
    assert.match(bench.claude.turns[0]!.text, /exactly NOTHING_TO_REPORT/);
    await bench.bot.settled();
    assert.deepEqual(bench.texts(), []);
    await bench.send("deploys", { text: "v2" });
    await bench.until(() => bench.texts().length > 0);
    assert.deepEqual(bench.texts(), ["It is broken."]);
  }, [hookOf({ chat_id: ALICE, silent: true })]);
});

Deno.test("K14 nothing of what strangers sent is asked to go into the memory", async () => {
  await withHooks(async (bench) => {
    for (let n = 1; n <= 12; n++) {
      await bench.send("deploys", { text: `v${n}` });
      await bench.until(() => bench.claude.turns.length === n);
    }
    for (const { text } of bench.claude.turns) assert.doesNotMatch(text, /write it now/);
  }, [hookOf({ chat_id: ALICE, burst: "each" })]);
});
