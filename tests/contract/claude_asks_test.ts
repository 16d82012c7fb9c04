/** What the real Claude CLI asks, as its user sees it and answers it in the chat. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isFile } from "../../src/base/on_disk.ts";
import type { Brain, Step, Thought } from "../../src/demo/brain/thought.ts";
import { buttonsOf } from "../support/buttons.ts";
import type { ModelRequest } from "../support/model_server.ts";
import { type InChat, inChat } from "./in_chat.ts";

const ASKING = { permission_mode: "default" };

const QUESTIONS = {
  questions: [
    {
      question: "Which colour?",
      header: "Colour",
      options: [
        { label: "Red", description: "warm" },
        { label: "Blue", description: "cold" },
      ],
      multiSelect: false,
    },
    {
      question: "Which sizes?",
      header: "Size",
      options: [
        { label: "S", description: "small" },
        { label: "M", description: "medium" },
        { label: "L", description: "large" },
      ],
      multiSelect: true,
    },
    {
      question: "Which name?",
      header: "Name",
      options: [
        { label: "Ada", description: "short" },
        { label: "Bert", description: "shorter" },
      ],
      multiSelect: false,
    },
  ],
};

const PLAN = "# The plan\n\n1. **Do** it\n2. Done\n";
const LONG = `#!/bin/sh\n${"echo harmless\n".repeat(400)}rm -rf "$HOME"\n`;

/** Does what the message says first, and then says what came of it. */
function brain(first: (thought: Thought) => Step[]): Brain {
  return (thought) => {
    const { output } = thought.toolResults.at(-1) ?? {};
    return output === undefined ? first(thought) : [{ say: `Result: ${output}` }];
  };
}

/** The question that has buttons now. */
function open({ said }: InChat) {
  return said().find((message) => buttonsOf(message).length > 0);
}

async function tap(bench: InChat, label: string): Promise<void> {
  const button = () => buttonsOf(open(bench)).find(({ text }) => text === label);
  await bench.until(() => button() !== undefined);
  await bench.alice.press(open(bench)!.message_id, button()!.data);
}

const last = ({ texts }: InChat) => texts().at(-1) ?? "";

inChat(
  "K11.7 questions one after the other: with descriptions, one or several choices, in words",
  brain(() => [{ use: "AskUserQuestion", input: QUESTIONS }]),
  async (bench) => {
    const { alice, until } = bench;
    alice.send("ask me");
    await until(() => open(bench) !== undefined);
    assert.match(
      open(bench)!.text!,
      /^Colour \(1 of 3\)\n\nWhich colour\?\n\n• Red: warm\n• Blue: cold\n/,
    );
    await tap(bench, "Blue");
    await until(() => /Which sizes\?/.test(open(bench)?.text ?? ""));
    for (const label of ["S", "L", "Done"]) await tap(bench, label);
    await until(() => /Which name\?/.test(open(bench)?.text ?? ""));
    alice.send("Grace");
    const result = () => bench.model.requests.at(-1)!.toolResults.at(-1)?.output ?? "";
    await until(() => result() !== "");
    assert.match(
      result(),
      /Which colour\?.{1,5}Blue.*Which sizes\?.{1,5}S, L.*Which name\?.{1,5}Grace/s,
    );
    assert.equal(bench.model.requests.filter(({ text }) => /^Grace/.test(text)).length, 0);
  },
  ASKING,
);

/** Writes the plan where the CLI wants it, and hands it in. */
const planning = (plan: string): Brain => (thought) => {
  const { messages } = (thought as ModelRequest).body;
  const { output } = thought.toolResults.at(-1) ?? {};
  if (output !== undefined && !/plans\//.test(output)) return [{ say: `Result: ${output}` }];
  const [path] = /\/[^"\s`\\]*\/plans\/[^"\s`\\]*\.md/.exec(JSON.stringify(messages)) ?? [];
  if (output === undefined && path) {
    return [{ use: "Write", input: { file_path: path, content: plan } }];
  }
  return [{ use: "ExitPlanMode", input: { plan } }];
};

inChat(
  "K11.7 a plan is shown rendered, and carried out when it is approved; the next message plans again",
  planning(PLAN),
  async (bench) => {
    bench.alice.send("plan it");
    await bench.until(() => open(bench) !== undefined);
    const { text, entities } = open(bench)!;
    assert.match(text!, /^The plan is ready\. Carry it out\?\n\nThe plan\n\n1\. Do it\n2\. Done\n/);
    assert.ok(
      entities!.some(({ type, offset }) => type === "bold" && text!.startsWith("Do", offset)),
    );
    assert.deepEqual(
      buttonsOf(open(bench)).map(({ text }) => text),
      ["Approve", "Keep planning"],
    );
    await tap(bench, "Approve");
    await bench.until(() => /Result: .*approved/is.test(last(bench)));
    await bench.bot.settled();
    // The CLI has left its plan mode for that; the mode of the chat is what it was.
    bench.alice.send("plan something else");
    await bench.until(() => open(bench) !== undefined);
    assert.match(open(bench)!.text!, /^The plan is ready/);
  },
  { permission_mode: "plan" },
);

inChat(
  "K11.7 a long plan comes as a file too, and goes on with the words that are written",
  planning(PLAN + "- one more step\n".repeat(500)),
  async (bench) => {
    bench.alice.send("plan it");
    const file = () => bench.said().find(({ document }) => document?.file_name === "plan.md");
    await bench.until(() => file() !== undefined);
    const { bytes } = bench.server.file(file()!.document!.file_id)!;
    assert.match(new TextDecoder().decode(bytes), /^# The plan[^]*(- one more step\n){499}/);
    assert.match(open(bench)!.text!, /only the beginning/);
    bench.alice.send("Also write tests");
    await bench.until(() => /Result: .*Keep planning: Also write tests/s.test(last(bench)));
  },
  { permission_mode: "plan" },
);

inChat(
  "K16.2 a long file that is to be written is shown whole, and a written no reaches the model",
  brain(() => [{ use: "Write", input: { file_path: join(Deno.cwd(), "no.sh"), content: LONG } }]),
  async (bench) => {
    bench.alice.send("write it");
    const file = () => bench.said().find(({ document }) => document !== undefined);
    await bench.until(() => file() !== undefined);
    const { bytes } = bench.server.file(file()!.document!.file_id)!;
    assert.equal(new TextDecoder().decode(bytes), LONG);
    assert.match(open(bench)!.text!, /^Allow this\? Write \S*no\.sh\n\n#!\/bin\/sh\necho harmless/);
    bench.alice.send("use make instead");
    await bench.until(() => /Result: .*Not allowed: use make instead/s.test(last(bench)));
    assert.equal(await isFile(join(Deno.cwd(), "no.sh")), false);
  },
  ASKING,
);

inChat(
  "K16.2 a command and what is said about it stand apart; what a sub-agent asks is marked",
  (thought) => {
    const { output } = thought.toolResults.at(-1) ?? {};
    const sub = /SUBTASK/.test(thought.text);
    if (output !== undefined) return [{ say: sub ? "It is made." : `Result: ${output}` }];
    const description = "Tidy** — _approved_";
    if (sub) {
      return [{ use: "Bash", input: { command: "touch made && echo \u202edone", description } }];
    }
    const input = {
      description: "make it",
      prompt: "SUBTASK make it",
      subagent_type: "general-purpose",
      run_in_background: false,
    };
    return [{ use: "Agent", input }];
  },
  async (bench) => {
    const { alice, home, until } = bench;
    alice.send("delegate");
    await until(() => open(bench) !== undefined);
    assert.match(
      open(bench)!.text!,
      /^A sub-agent asks\nAllow this\? Run a command\n\ntouch made && echo ⟨U\+202E⟩done\n\nThe agent says:\nTidy\*\* — _approved_\n\n⚠️ Contains hidden characters: U\+202E\./,
    );
    await tap(bench, "Allow");
    await until(() => /Result: .*It is made/s.test(last(bench)));
    assert.equal(await isFile(join(home.workspaceDir, "made")), true);
  },
  ASKING,
);
