/** The whole bot with the real CLIs: what is said to the agent while it works. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Brain } from "../../src/demo/brain/thought.ts";
import { buttonsOf } from "../support/buttons.ts";
import type { ModelRequest } from "../support/model_server.ts";
import { codexInChat, type InChat, inChat } from "./in_chat.ts";

/** What the user has said that the model has not answered, and whether a tool has. */
const brain: Brain = (thought) => {
  const { body } = thought as ModelRequest;
  const all = (body.messages ?? body.input) as { role?: string; type?: string }[];
  if (/^hello/.test(thought.text)) return [{ say: "heard: hello" }];
  const spoken = all.findLastIndex(({ role }) => role === "assistant");
  const last = JSON.stringify(all.slice(spoken + 1));
  const words = ["apples", "pears"].filter((word) => last.includes(word));
  const done = /tool_result|function_call_output|custom_tool_call_output/.test(last);
  if (words.length > 0) return [{ say: `${done ? "Built. " : ""}Noted: ${words.join(", ")}.` }];
  if (done) return [{ say: "Built. ".repeat(20).trim() }];
  if (/build/.test(last)) return [{ run: "until [ -e release ]; do sleep 0.1; done; echo x" }];
  return [{ say: "What shall I build?" }];
};

const notice = ({ said }: InChat, start: string) =>
  said().filter(({ text }) => text?.startsWith(start));

async function sendNow(bench: InChat, text: string): Promise<void> {
  const { alice, until } = bench;
  alice.send(text);
  await until(() => notice(bench, "[Message in queue").length === 1);
  const [message] = notice(bench, "[Message in queue");
  await alice.press(message!.message_id, buttonsOf(message)[0]!.data);
}

const working = ({ model, until, said }: InChat) =>
  until(() => model.requests.length > 0 && said().some(({ text }) => /release/.test(text ?? "")));

for (const each of [inChat, codexInChat]) {
  each("steer: a message sent in mid-tool is taken into that turn", brain, async (bench) => {
    const { alice, bot, home, model, texts, until } = bench;
    alice.send("build");
    await working(bench);
    await sendNow(bench, "apples");
    await until(() => notice(bench, "[Message in queue").length === 0);
    await sendNow(bench, "pears");
    await until(() => notice(bench, "[Message in queue").length === 0);
    await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
    await until(() => texts().at(-1) === "Built. Noted: apples, pears.");
    await until(() => notice(bench, "[Message taken into the running answer at").length === 2);
    await bot.settled();
    assert.equal(texts().length, 1, "one answer");
    const asked = model.requests.length;
    alice.send("hello");
    await until(() => texts().at(-1) === "heard: hello");
    assert.equal(model.requests.length, asked + 1, "and nothing runs a second time");
  });

  each("steer: /stop ends the turn with what was sent to it", brain, async (bench) => {
    const { alice, bot, texts, until } = bench;
    alice.send("build");
    await working(bench);
    await sendNow(bench, "apples");
    await until(() => notice(bench, "[Message in queue").length === 0);
    alice.send("/stop");
    await until(() => texts().some((text) => text.startsWith("⏹ Stopped.")));
    await bot.settled();
    alice.send("hello");
    await until(() => texts().at(-1) === "heard: hello");
    assert.ok(!texts().some((text) => text.includes("Noted")));
  });
}

inChat(
  "steer: one that comes while the answer is written is answered after it",
  brain,
  async (bench) => {
    const { alice, bot, home, model, texts, until } = bench;
    alice.send("build");
    await working(bench);
    const hold = model.hold();
    await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
    await hold.reached;
    await sendNow(bench, "apples");
    await until(() => notice(bench, "[Message sent").length === 1);
    hold.release();
    await until(() => texts().at(-1) === "Noted: apples.");
    await bot.settled();
    assert.deepEqual(texts(), ["Built. ".repeat(20).trim(), "Noted: apples."]);
    alice.send("hello");
    await until(() => texts().at(-1) === "heard: hello");
  },
);
