import assert from "node:assert/strict";
import { join } from "node:path";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { RunStore } from "../../src/jobs/run_records.ts";
import { isHeld, outgoingSpool, requestSpool } from "../../src/jobs/spool.ts";
import { ALICE, BOB, withBot } from "../support/bot_bench.ts";
import { type BotBench } from "../support/bot_bench.ts";
import type { PermissionDecision } from "../../src/agents/agent.ts";
import { permission, saying } from "../support/scripted_agent.ts";

function jobs({ home }: BotBench): JobRegistry {
  return new JobRegistry(home);
}

function addJob(bench: BotBench, name: string, more: Record<string, unknown> = {}) {
  return jobs(bench).add({
    name,
    title: name,
    description: `What ${name} is for`,
    schedule: "0 0 1 1 *",
    ...more,
  });
}

/** A bot can only write to people who have written to it. */
async function meet(bench: BotBench): Promise<void> {
  bench.alice.send("/interrupt");
  bench.bob.send("/interrupt");
  await bench.until(() => [ALICE, BOB].every((chat) => bench.texts(chat).includes(GREETING)));
}
const GREETING = "Nothing is running.";

/** What the bot said by itself. */
function told(bench: BotBench, chat = ALICE): string[] {
  return bench.texts(chat).filter((text) => text !== GREETING);
}

const soon = (ms = 300) => new Date(Date.now() + ms).toISOString();

Deno.test("a job added while the bot runs is done at its time, alone in its folder", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = saying("The tea is **ready**.");
    await addJob(bench, "tea", { at: soon(), chat_id: ALICE });
    await bench.until(() => told(bench).some((text) => text.includes("The tea is ready.")));
    assert.deepEqual(told(bench), ["tea\n\nThe tea is ready."]);
    assert.deepEqual(told(bench, BOB), []);
    const [spec] = bench.claude.opened;
    assert.equal(spec?.cwd, join(bench.home.cronTasksDir, "tea"));
    assert.equal(spec?.persist, false);
    assert.match(bench.claude.turns[0]!.text, /tea_MEMORY\.md/);
    const [run] = await new RunStore(bench.home).list("tea");
    assert.equal(run?.status, "success");
    assert.equal(run?.cost_usd, 0.01);
  });
});

Deno.test("K12.6 a job asks in the chat that made it, with buttons", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const answers: PermissionDecision[] = [];
    const answered = Promise.withResolvers<void>();
    bench.claude.script = async function* () {
      yield {
        ...permission(),
        respond: (decision) => {
          answers.push(decision);
          answered.resolve();
          return Promise.resolve();
        },
      };
      await answered.promise;
      yield { type: "text", text: "It is noon." };
    };
    await addJob(bench, "clock", { at: soon(), chat_id: ALICE });
    await bench.until(() => told(bench).some((text) => text.includes("The job “clock” asks")));
    const question = bench.said(ALICE).find(({ text }) => text?.includes("asks"))!;
    const buttons = question.reply_markup?.inline_keyboard.flat() as {
      text: string;
      callback_data: string;
    }[];
    const allow = buttons.find(({ text }) => /Allow|once/i.test(text))!;
    await bench.alice.press(question.message_id, allow.callback_data);
    await bench.until(() => told(bench).includes("clock\n\nIt is noon."));
    assert.deepEqual(answers, [{ behavior: "allow" }]);
  });
});

Deno.test("K12.8 a job that keeps failing says so with buttons that show it and switch it off", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = async function* () {
      yield { type: "error", kind: "crash", message: "It broke." };
    };
    const { id } = await addJob(bench, "sync", { schedule: "* * * * * *", chat_id: ALICE });
    await bench.until(() => told(bench).some((text) => text.includes("third time today")));
    const news = bench.said(ALICE).find(({ text }) => text?.includes("third time today"))!;
    const buttons = news.reply_markup?.inline_keyboard.flat() as {
      text: string;
      callback_data: string;
    }[];
    assert.deepEqual(buttons.map(({ text }) => text), ["Show", "Pause"]);
    await bench.alice.press(news.message_id, buttons[1]!.callback_data);
    await bench.until(() => told(bench).some((text) => text.includes("is switched off")));
    assert.equal((await jobs(bench).get(id)).enabled, false);
  });
});

Deno.test("a result without a conversation of its own goes to every allowed user", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = saying("For all.");
    await addJob(bench, "news", { at: soon() });
    const heard = (chat: number) => told(bench, chat).includes("news\n\nFor all.");
    await bench.until(() => heard(ALICE) && heard(BOB));
  });
});

Deno.test("ductor send reaches the chat once, also when it was left while no bot ran", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    await bench.stop();
    const spool = outgoingSpool(bench.home);
    const item = { files: [], title: "send" };
    await spool.put({ ...item, text: "Left **before**.", chat_id: ALICE });
    assert.equal(await isHeld(bench.home.spoolLockFile), false);
    await bench.start();
    assert.equal(await isHeld(bench.home.spoolLockFile), true);
    await bench.until(() => told(bench).includes("Left before."));
    await spool.put({ ...item, text: "Left while it runs.", chat_id: ALICE });
    await bench.until(() => told(bench).includes("Left while it runs."));
    await bench.stop();
    await bench.start();
    await bench.bot.settled();
    assert.deepEqual(told(bench), ["Left before.", "Left while it runs."]);
  });
});

Deno.test("ductor cron run asks the running bot", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = saying("Done by hand.");
    await addJob(bench, "report", { chat_id: ALICE });
    await requestSpool(bench.home).put({ do: "run_job", job: "report" });
    await bench.until(() => told(bench).includes("report\n\nDone by hand."));
    const [run] = await new RunStore(bench.home).list("report");
    assert.equal(run?.cause, "manual");
  });
});

Deno.test("a job with another provider and model runs with them; a failure is told", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.codex.script = async function* () {
      yield { type: "error", kind: "auth", message: "Codex is not logged in." };
    };
    await addJob(bench, "codex-job", {
      at: soon(),
      provider: "codex",
      silent: true,
      chat_id: ALICE,
    });
    await bench.until(() => told(bench).some((text) => text.includes("not logged in")));
    assert.match(told(bench)[0]!, /^⚠️ codex-job did not work\.\n\nCodex is not logged in\.$/);
    assert.equal(bench.codex.opened[0]?.model, undefined);
    await bench.stop();
    assert.equal((await jobs(bench).get("codex-job")).last_run_status, "error:auth");
  });
});

Deno.test("a precheck that prints nothing costs no model call; what it prints is told to the model", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = saying("There is mail.");
    await addJob(bench, "empty", { precheck: "true", chat_id: ALICE });
    await addJob(bench, "full", { precheck: "echo 3 new mails", chat_id: ALICE });
    await addJob(bench, "broken", { precheck: "echo no network >&2; exit 7", chat_id: ALICE });
    const spool = requestSpool(bench.home);
    for (const job of ["empty", "full", "broken"]) await spool.put({ do: "run_job", job });
    await bench.until(() => told(bench).length >= 2);
    assert.deepEqual(told(bench).sort(), [
      "full\n\nThere is mail.",
      "⚠️ broken did not work.\n\nIts precheck failed with exit code 7: no network",
    ]);
    assert.equal(bench.claude.turns.length, 1);
    assert.match(bench.claude.turns[0]!.text, /3 new mails/);
    const [run] = await new RunStore(bench.home).list("empty");
    assert.equal(run?.status, "skipped:nothing_new");
  });
});

Deno.test("/cron shows, switches and runs jobs, and notices that its list is old", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    bench.claude.script = saying("Result text.");
    for (let n = 1; n <= 8; n++) await addJob(bench, `job-${n}`, { chat_id: ALICE });
    bench.alice.send("/cron");
    await bench.until(() => told(bench).some((text) => text.startsWith("Jobs")));
    const panel = () => bench.said().find(({ text }) => text?.includes("of 2, 8 jobs"))!;
    /** A button of the row of job `n`. */
    const press = (n: number, label: string) => {
      const row = panel().reply_markup!.inline_keyboard[n - 1]!;
      const button = row.find(({ text }) => text.endsWith(label)) as { callback_data: string };
      bench.alice.press(panel().message_id, button.callback_data);
    };
    assert.match(panel().text!, /1\. 🟢 job-1\n0 0 1 1 \*, next \w+ 1 Jan \d{4} 00:00/);
    press(1, "Disable");
    await bench.until(() => /job-1 is switched off\./.test(panel().text!));
    assert.equal((await jobs(bench).get("job-1")).enabled, false);
    press(2, "Run now");
    await bench.until(() => told(bench).includes("job-2\n\nResult text."));
    press(2, "Results");
    const shown = () => bench.said().find(({ text }) => text?.startsWith("Last runs of job-2"));
    await bench.until(() => shown() !== undefined);
    assert.match(shown()!.text!, /success\nResult text\./);
    const id = shown()!.message_id;
    const now = () => bench.said().find(({ message_id }) => message_id === id)!;
    const label = (text: string) =>
      now().reply_markup!.inline_keyboard.flat().find((one) => one.text === text) as {
        callback_data: string;
      };
    // Gone meanwhile: its button does nothing to the job that has its place now.
    await jobs(bench).remove("job-2");
    bench.alice.press(id, label("Run now").callback_data);
    await bench.until(() => now().text!.includes("The list has changed; nothing was done."));
    assert.match(now().text!, /7 jobs/);
    bench.alice.press(id, label("Next ▶").callback_data);
    await bench.until(() => /Page 2 of 2/.test(now().text!));
    bench.alice.press(id, label("All off").callback_data);
    await bench.until(() => now().text!.includes("6 jobs switched off."));
    assert.deepEqual((await jobs(bench).list()).filter(({ job }) => job?.enabled), []);
  });
});

Deno.test("a file that a job made arrives with its result, and its marker is not shown", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const path = join(bench.home.outputDir, "sales.csv");
    await Deno.mkdir(bench.home.outputDir, { recursive: true });
    bench.claude.script = async function* () {
      await Deno.writeTextFile(path, "week;sold\n48;12\n");
      yield { type: "text", text: `Twelve were sold.\n\n<file:${path}>` };
    };
    await addJob(bench, "sales", { at: soon(), chat_id: ALICE });
    const document = () => bench.said().find((message) => message.document)?.document;
    await bench.until(() => document() !== undefined);
    await bench.bot.settled();
    assert.equal(document()!.file_name, "sales.csv");
    const { bytes } = bench.server.file(document()!.file_id)!;
    assert.equal(new TextDecoder().decode(bytes), "week;sold\n48;12\n");
    assert.deepEqual(told(bench).filter((text) => text !== ""), ["sales\n\nTwelve were sold."]);
    // A restart sends nothing twice.
    await bench.stop();
    await bench.start();
    await bench.bot.settled();
    assert.equal(bench.said().filter((message) => message.document).length, 1);
    const [run] = await new RunStore(bench.home).list("sales");
    assert.match(run!.delivery, /^(queued|delivered)$/);
  });
});
