import { strict as assert } from "node:assert";
import { think } from "./brain.ts";
import type { Step, Thought } from "./thought.ts";
import { promptSuffix, REMIND_EVERY } from "../../conversation/hooks.ts";
import type { Attachment } from "../../conversation/request.ts";
import { quickOf } from "../../chat/welcome/quick.ts";
import { promptFor } from "../../chat/incoming/prompt.ts";
import { help, WORDS } from "./words.ts";

function ask(text: string, more: Partial<Thought> = {}): Step[] {
  return think({ text, history: [], toolResults: [], ...more });
}

/** All that is said. */
function said(steps: Step[]): string {
  return steps.map((step) => "say" in step ? step.say : "").join("");
}

Deno.test("help lists every word", () => {
  const text = said(ask("help"));
  assert.equal(text, help());
  for (const { usage } of WORDS) {
    for (const one of usage.split(", ")) assert.ok(text.includes(`\`${one}\``), one);
  }
});

Deno.test("what is no word is repeated whole, and honestly", () => {
  const text = said(ask("What is\nlove?"));
  assert.match(text, /> What is\n> love\?/);
  assert.match(text, /there is no AI in me/);
  assert.match(said(ask("look", { images: 2 })), /with 2 pictures/);
  assert.match(said(ask("", { images: 1 })), /^A picture arrived/);
  const document = {
    kind: "document",
    name: "notes.txt",
    mime: "text/plain",
    fileId: "f",
    size: 1,
  };
  const sent = [{
    attachment: document as unknown as Attachment,
    path: "telegram_files/notes.txt",
  }];
  assert.match(said(ask(promptFor("", sent))), /^`notes\.txt` arrived/);
});

Deno.test("a word inside a sentence is no script word", () => {
  assert.match(said(ask("set the table please")), /You said/);
  assert.match(said(ask("I ran code today")), /You said/);
});

Deno.test("run asks for a command, then reports what it printed", () => {
  assert.deepEqual(ask("run: echo hi").at(-1), { run: "echo hi" });
  assert.deepEqual(ask("run:\necho a\necho b").at(-1), { run: "echo a\necho b" });
  const after = ask("run: echo hi", { toolResults: [{ output: "hi\n", ok: true }] });
  assert.equal(said(after), "The command said:\n\n```\nhi\n```");
  const failed = ask("run: x", { toolResults: [{ output: "", ok: false }] });
  assert.equal(said(failed), "The command failed and said nothing.");
});

Deno.test("run twice runs two commands with words between", () => {
  const one = { output: "one\n", ok: true };
  assert.deepEqual(ask("run twice: date"), [{ say: "First time.\n\n" }, { run: "date" }]);
  const second = ask("run twice: date", { toolResults: [one] });
  assert.deepEqual(second, [{ say: "Second time.\n\n" }, { run: "date" }]);
  assert.match(said(ask("run twice: date", { toolResults: [one, one] })), /one\none/);
});

Deno.test("counting says every number, slowly only when asked to", () => {
  const slow = ask("count to 12 slowly");
  assert.equal(said(slow), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12");
  assert.equal(slow.filter((step) => "say" in step && step.waitMs).length, 11);
  assert.equal(ask("count to 3").some((step) => "say" in step && step.waitMs), false);
});

Deno.test("what was said is known from the history alone", () => {
  const history = [
    { role: "user", text: "remember the cat" },
    { role: "assistant", text: "I will remember: the cat" },
    { role: "user", text: "hello" },
  ] as const;
  const text = said(ask("what did I say?", { history }));
  assert.match(text, /- the cat/);
  assert.match(text, /last thing you said was: hello/);
  assert.match(said(ask("what did I say")), /Nothing yet/);
});

Deno.test("instructions are looked into, whatever the case", () => {
  const instructions = "The dog is called Wuff.";
  assert.match(said(ask("do you know wuff?", { instructions })), /^Yes/);
  assert.match(said(ask("do you know Miau?", { instructions })), /^No/);
});

Deno.test("model and effort are told as they were asked for", () => {
  assert.match(said(ask("which model?", { model: "opus", effort: "high" })), /opus.*high/);
});

Deno.test("measure tells the length and the ends of a long message", () => {
  const text = `measure: ${"ä".repeat(100_000)}the end`;
  assert.match(said(ask(text)), new RegExp(`has ${text.length} characters.*the end\``));
});

Deno.test("failures carry the status; an overload passes at the third try", () => {
  for (const status of [400, 401, 429, 529]) {
    const [step] = ask(`fail ${status}`);
    assert.ok(step && "fail" in step && step.fail.status === status);
  }
  assert.ok("fail" in ask("fail 529", { attempt: 1 })[0]!);
  assert.match(said(ask("fail 529", { attempt: 2 })), /third try/);
  const [limit] = ask("usage limit");
  assert.ok(limit && "fail" in limit && limit.fail.resetsIn === 3 * 3600);
});

Deno.test("what the page suggests and the welcome asks is understood, in natural wording", () => {
  for (
    const text of [
      "Show me a table and some code",
      "show a table with code please",
      "Give me a table and some code!",
    ]
  ) {
    assert.match(said(ask(text)), /\| Mallard[^]*```ts/, text);
  }
  for (const text of ["Run a command", "please run some command for me"]) {
    const last = ask(text).at(-1);
    assert.ok(last && "run" in last, text);
  }
  const looked = ask("Run a command", { toolResults: [{ output: "CLAUDE.md\n", ok: true }] });
  assert.match(said(looked), /```\nCLAUDE\.md\n```/);
  assert.match(said(ask("What can you do?")), /\[button:Run a command\]/);
  for (const key of ["1", "2", "3"]) {
    assert.doesNotMatch(said(ask(quickOf(key)!.prompt)), /You said/, key);
  }
});

Deno.test("what ductor adds to a message hides no word, and is not repeated", () => {
  const reminder = promptSuffix(REMIND_EVERY);
  assert.notEqual(reminder, "");
  assert.equal(said(ask(`say: hi${reminder}`)), "hi");
  assert.doesNotMatch(said(ask(`Good question${reminder}`)), /MAINMEMORY/);
  const attachment = { kind: "photo", fileId: "f", size: 1 } as unknown as Attachment;
  const files = [{ attachment, path: "telegram_files/a.jpg", shown: true }];
  assert.match(
    said(ask(promptFor("two cats", files), { images: 1 })),
    /with a picture\):\n\n> two cats\n\n/,
  );
  assert.match(said(ask(promptFor("", files), { images: 1 })), /^A picture arrived/);
});
