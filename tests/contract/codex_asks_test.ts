/** What the real Codex asks, as its user sees it and answers it in the chat. */
import assert from "node:assert/strict";
import { isFile } from "../../src/base/on_disk.ts";
import type { BotBench } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { codexInChat } from "./in_chat.ts";

const CONFIG = {
  permission_mode: "default",
  // Codex itself calls that unfinished, so who wants to be asked switches it on.
  cli_parameters: { codex: ["--enable", "default_mode_request_user_input"] },
};

const open = ({ said }: BotBench) => said().find((message) => buttonsOf(message).length > 0);

async function tap(bench: BotBench, label: string): Promise<void> {
  const button = () => buttonsOf(open(bench)).find(({ text }) => text === label);
  await bench.until(() => button() !== undefined);
  await bench.alice.press(open(bench)!.message_id, button()!.data);
}

const QUESTIONS = {
  questions: [
    {
      id: "colour",
      header: "Colour",
      question: "Which colour?",
      options: [
        { label: "Red", description: "It is warm." },
        { label: "Blue", description: "It is cold." },
      ],
    },
    {
      id: "name",
      header: "Name",
      question: "Which name?",
      options: [
        { label: "Ada", description: "It is short." },
        { label: "Bert", description: "It is long." },
      ],
    },
  ],
};

codexInChat(
  "K11.7 questions have their descriptions, and are answered by a button or in words",
  ({ toolResults: [result] }) =>
    result ? [{ say: "I see." }] : [{ use: "request_user_input", input: QUESTIONS }],
  async (bench) => {
    const { alice, model, texts, until } = bench;
    alice.send("ask me");
    await until(() => open(bench) !== undefined);
    assert.match(
      open(bench)!.text!,
      /^Colour \(1 of 2\)\n\nWhich colour\?\n\n• Red: It is warm\.\n• Blue: It is cold\./,
    );
    await tap(bench, "Blue");
    await until(() => /Which name\?/.test(open(bench)?.text ?? ""));
    alice.send("Grace");
    await until(() => texts().at(-1) === "I see.");
    const { output } = model.requests.at(-1)!.toolResults[0]!;
    assert.deepEqual(JSON.parse(output), {
      answers: { colour: { answers: ["Blue"] }, name: { answers: ["Grace"] } },
    });
  },
  CONFIG,
);

codexInChat(
  "K16.2 a long command is shown whole; a no in words keeps it from running and reaches the model",
  ({ text, toolResults: [result] }) => {
    const said = /I declined this: (.*)/.exec(text);
    if (said) return [{ say: `You said: ${said[1]}` }];
    const cmd = `touch made; ${"echo harmless; ".repeat(400)}rm -rf nothing`;
    return result ? [{ say: "I see." }] : [{ use: "exec_command", input: { cmd } }];
  },
  async (bench) => {
    const { alice, home, said, server, texts, until } = bench;
    alice.send("run it");
    const file = () => said().find(({ document }) => document !== undefined);
    await until(() => file() !== undefined);
    const whole = new TextDecoder().decode(server.file(file()!.document!.file_id)!.bytes);
    assert.match(whole, /^touch made; (echo harmless; ){400}rm -rf nothing$/);
    assert.match(open(bench)!.text!, /^Allow this\? Run a command in \S+\n\ntouch made; echo/);
    alice.send("use make instead");
    await until(() => texts().at(-1) === "You said: use make instead");
    assert.equal(await isFile(`${home.workspaceDir}/made`), false);
  },
  CONFIG,
);
