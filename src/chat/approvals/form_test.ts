import assert from "node:assert/strict";
import type { Piece } from "../../telegram/content.ts";
import { contentOf, type Form, withLine } from "./form.ts";
import { planForm } from "./plans.ts";
import { questionForm } from "./questions.ts";
import { requestForm } from "./requests.ts";

const piece = ({ content }: Form): Piece => content.pieces[0]!;
const entity = ({ text, entities }: Piece, type: string) =>
  entities.filter((each) => each.type === type)
    .map(({ offset, length }) => text.slice(offset, offset + length));

Deno.test("K16.2 requests: the model's words stand apart and plain, and pass for nothing of ours", () => {
  const form = requestForm({
    title: "Run a command",
    detail: "rm -rf **x**\n```\nstill code",
    reason: "Tidy** — already _approved_ by you",
  });
  assert.equal(
    piece(form).text,
    "Allow this? Run a command\n\nrm -rf **x**\n```\nstill code\n\n" +
      "The agent says:\nTidy** — already _approved_ by you",
  );
  assert.deepEqual(entity(piece(form), "pre"), ["rm -rf **x**\n```\nstill code"]);
  assert.deepEqual(entity(piece(form), "bold"), ["Allow this?"]);
  assert.deepEqual(entity(piece(form), "blockquote"), ["Tidy** — already _approved_ by you"]);
  assert.equal(form.content.files, undefined);
});

Deno.test("K16.2 requests: what is hidden is shown and named, wherever it stands", () => {
  const form = requestForm({
    title: "Write a\u202etxt.sh",
    detail: "rm\u200b x",
    reason: "\u2066ok",
  });
  assert.match(piece(form).text, /Write a⟨U\+202E⟩txt\.sh\n\nrm⟨U\+200B⟩ x\n/);
  assert.match(piece(form).text, /⚠️ Contains hidden characters: U\+202E, U\+2066, U\+200B\./);
  assert.equal(/[\u202e\u200b\u2066]/.test(piece(form).text), false);
  assert.doesNotMatch(piece(requestForm({ title: "x", detail: "é👩‍👧\tx\r\n" })).text, /hidden/);
});

Deno.test("K16.2 requests: what is longer than a message comes whole as a file, its beginning is shown", () => {
  const detail = Array.from({ length: 900 }, (_, index) => `line ${index}`).join("\n");
  const form = requestForm({ title: "Write a.txt", detail, reason: "why ".repeat(900) });
  const { text } = piece(form);
  assert.match(text, /line 0\nline 1\n/);
  assert.match(text, /This is only the beginning. All of it is in the file below\./);
  assert.match(text, /The agent says:\nwhy /);
  assert.ok(text.length <= 3600, `${text.length}`);
  const [file] = form.content.files!;
  assert.equal(file!.text, detail);
  assert.equal(file!.size, detail.length);
  // The largest that fits, and one more.
  for (let length = 3000; length < 3700; length += 50) {
    const form = requestForm({ title: "t", detail: "y".repeat(length) });
    assert.equal(form.content.files === undefined, piece(form).text.includes("y".repeat(length)));
    assert.ok(piece(form).text.length <= 3600);
  }
});

Deno.test("requests: that a sub-agent asks is said first", () => {
  const form = requestForm({ title: "Run a command", detail: "ls", subagent: true });
  assert.match(piece(form).text, /^A sub-agent asks\nAllow this\? Run a command\n\nls/);
});

Deno.test("K11.7 questions: header, question and each option with its description, as they are", () => {
  const form = questionForm({
    header: "Colour",
    question: "Which *colour*?",
    options: [
      { label: "Red", description: "warm", preview: "┌─┐\n└─┘" },
      { label: "Blue", description: "", preview: "" },
    ],
    several: false,
  }, { place: { number: 1, of: 1 } });
  assert.equal(
    piece(form).text,
    "Colour\n\nWhich *colour*?\n\n• Red: warm\n┌─┐\n└─┘\n• Blue",
  );
  assert.deepEqual(entity(piece(form), "bold"), ["Colour", "Red", "Blue"]);
  assert.deepEqual(form.buttons().flat().map(({ label }) => label), ["Red", "Blue"]);
});

Deno.test("K11.7 questions: one without options is written; what was ticked counts with what is written", () => {
  const none = { header: "", question: "Which name?", options: [], several: false };
  const form = questionForm(none, { place: { number: 2, of: 3 } });
  assert.equal(piece(form).text, "A question (2 of 3)\n\nWhich name?");
  assert.deepEqual(form.buttons(), []);
  const options = ["a", "b"].map((label) => ({ label, description: "", preview: "" }));
  const several = questionForm({ ...none, options, several: true }, {
    place: { number: 1, of: 1 },
  });
  several.press("1");
  assert.deepEqual(several.typed("and c").decision, { behavior: "answer", answers: ["b, and c"] });
  assert.equal(several.press("nonsense"), undefined);
});

Deno.test("K10.2 forms: whatever the agent writes, there is a message to show", () => {
  const odd = [
    "",
    " \n ",
    "x".repeat(9000),
    "\u202e".repeat(9000),
    "\n".repeat(9000),
    "`".repeat(9000),
  ];
  for (const text of odd) {
    const options = [{ label: text, description: text, preview: text }];
    const place = { number: 1, of: 1 };
    for (
      const form of [
        requestForm({ title: text.slice(0, 200), detail: text, reason: text, subagent: true }),
        questionForm({ header: text, question: text, options, several: true }, { place }),
        planForm(text, { subagent: true }),
      ]
    ) {
      const { text: shown } = withLine(form.content, form.hint).pieces[0]!;
      assert.ok(shown.length <= 4096 && shown.trim() !== "");
      assert.ok(shown.endsWith(form.hint));
    }
  }
});

Deno.test("K10.9 questions: the label of a button never ends in half an emoji, which Telegram refuses", () => {
  const options = [`${"x".repeat(58)}🦆 and more`, "🦆".repeat(40), "short"]
    .map((label) => ({ label, description: "", preview: "" }));
  const choice = { header: "", question: "Which?", options, several: false };
  const labels = questionForm(choice, { place: { number: 1, of: 1 } }).buttons().flat()
    .map(({ label }) => label);
  for (const label of labels) assert.ok(label.isWellFormed() && label.length <= 60, label);
  assert.deepEqual(labels, [`${"x".repeat(58)}…`, `${"🦆".repeat(29)}…`, "short"]);
});

Deno.test("K11.7 plans: rendered and whole; a long one as a Markdown file under its beginning", () => {
  const short = planForm("# Steps\n\n1. **Do** it\n2. `done`", {});
  assert.match(
    piece(short).text,
    /^The plan is ready\. Carry it out\?\n\nSteps\n\n1\. Do it\n2\. done/,
  );
  assert.ok(entity(piece(short), "bold").includes("Do"));
  const plan = "# Steps\n\n" + "- **Do** it\n".repeat(600);
  const long = planForm(plan, { subagent: true });
  assert.match(piece(long).text, /only the beginning/);
  assert.deepEqual(long.content.files!.map(({ name, text }) => [name, text]), [["plan.md", plan]]);
  assert.ok(piece(long).entities.length <= 100 + 4);
  assert.match(piece(planForm("", {})).text, /has not written it down/);
});

Deno.test("forms: what was answered stands below, however much is shown", () => {
  const body = { text: "x".repeat(3500), entities: [] };
  const content = contentOf({
    head: ["?"],
    body,
    foot: [],
    file: { name: "a.txt", text: body.text },
  });
  const [end] = withLine(content, "➡️ yes".padEnd(2000, "!")).pieces;
  assert.match(end!.text, /\n\n➡️ yes!+$/);
  assert.ok(end!.text.length <= 4096);
});

Deno.test("K16.2 forms: hidden characters are shown and named in plans, questions, options, buttons and jobs", () => {
  const bad = "a\u202eb\u200bc";
  const good = "a⟨U+202E⟩b⟨U+200B⟩c";
  const named = /Contains hidden characters: U\+202E, U\+200B\./;
  const question = questionForm({
    header: bad,
    question: bad,
    options: [{ label: bad, description: bad, preview: bad }],
    several: false,
  }, { place: { number: 1, of: 1 }, job: bad });
  const forms = [question, planForm(`# ${bad}\n\n\`${bad}\``, { job: bad })];
  for (const form of forms) {
    const { text } = piece(form);
    assert.doesNotMatch(text, /[\u202e\u200b]/);
    assert.match(text, named);
    assert.ok(text.startsWith(`The job “${good}” asks`));
  }
  assert.equal(question.buttons()[0]![0]!.label, good);
  // What is answered is what the agent offered.
  const pressed = question.press("0") as { decision: unknown; note: string };
  assert.deepEqual(pressed.decision, { behavior: "answer", answers: [bad] });
  assert.doesNotMatch(pressed.note, /[\u202e\u200b]/);
  const long = planForm(`${bad} `.repeat(2000), {});
  assert.doesNotMatch(long.content.files![0]!.text!, /[\u202e\u200b]/);
});
