import assert from "node:assert/strict";
import { textFile } from "../../telegram/upload/out_file.ts";
import { messagesOf, readAnswer } from "./long_answer.ts";
import { Tail } from "./tail.ts";

/** Files that were kept, and how often others had room. */
function bench(most = 12) {
  const long = {
    kept: [] as string[][],
    breaths: 0,
    most,
    hide: (text: string) => text,
    keep(parts: Iterable<string>) {
      long.kept.push([...parts]);
      return Promise.resolve({ files: [textFile("kept.md", "")], refused: [] });
    },
    breathe() {
      long.breaths++;
      return Promise.resolve();
    },
  };
  return long;
}

const paragraph = `${"word ".repeat(40)}and **bold** and \`code\` and more.\n\n`;

Deno.test("K15.12 long answers: up to the limit messages, beyond it the beginning and a file", async () => {
  const [just, over] = [12, 13].map((count) => "x ".repeat(2048 * count).trim());
  const long = bench();
  const shown = await messagesOf((await readAnswer(just!, long)).parts, [], long);
  assert.equal(shown.pieces.length, 12);
  assert.deepEqual(shown.files, []);
  const { parts } = await readAnswer(over!, long);
  const { pieces, files } = await messagesOf(parts, ["_A note._"], long);
  assert.deepEqual(files.map(({ name }) => name), ["kept.md"]);
  assert.equal(pieces.length, 1);
  assert.match(
    pieces[0]!.text,
    /^x x x .*x\n\nThis is only the beginning\. .*below\.\n\nA note\.$/s,
  );
  assert.equal(long.kept[0]!.join(""), over);
});

Deno.test("K15.12 long answers: a block of 50 MB is read a little at a time, and shown a little of", async () => {
  const long = bench();
  const block = paragraph.repeat(50 * 1024 * 1024 / paragraph.length);
  const { parts, files, buttons } = await readAnswer(`${block}[button:Go]\n<file:a.txt>`, long);
  assert.deepEqual([files, buttons], [["a.txt"], [["Go"]]]);
  // No more than a slice between two breaths.
  assert.ok(parts.every(({ text }) => text.length <= 25_000));
  assert.equal(long.breaths, parts.length - 1);
  long.breaths = 0;
  const { pieces } = await messagesOf(parts, [], long);
  assert.equal(pieces.length, 1);
  assert.ok(long.breaths <= 5, "what is not shown is not rendered");
});

Deno.test("K15.12 long answers: in slices they look as they do as a whole", async () => {
  const text = paragraph.repeat(400);
  const long = bench(100);
  const { parts } = await readAnswer(text, long);
  assert.ok(parts.length > 3);
  const { pieces } = await messagesOf(parts, [], long);
  assert.ok(pieces.every(({ text }) => text.length <= 4096));
  assert.equal(pieces.filter(({ text }) => text.length < 3800).length, 1);
  const all = pieces.map(({ text }) => text).join("\n\n");
  assert.equal(all, paragraph.replaceAll(/[*`]/g, "").repeat(400).trimEnd());
});

Deno.test("K15.12 long answers: when no file can be kept, what may be shown is, and that it goes on", async () => {
  const long = { ...bench(2), keep: () => Promise.reject(new Error("No space left on device")) };
  const { parts } = await readAnswer(paragraph.repeat(400), long);
  const { pieces, files } = await messagesOf(parts, [], long);
  assert.deepEqual(files, []);
  assert.equal(pieces.length, 3);
  assert.match(pieces[2]!.text, /could not be kept as a file/);
});

Deno.test("K15.12 long answers: a file that Telegram does not take is said to be kept", async () => {
  const refused = ["⚠️ too large"];
  const long = { ...bench(2), keep: () => Promise.resolve({ files: [], refused }) };
  const { parts } = await readAnswer(paragraph.repeat(400), long);
  const { pieces } = await messagesOf(parts, [], long);
  assert.match(pieces.at(-1)!.text, /kept in output_to_user\.\n\n⚠️ too large$/);
});

Deno.test("K15.12 long answers: while one grows only its end is looked at, and code stays code", () => {
  const tail = new Tail();
  tail.add("```sh\n");
  for (let n = 0; n < 100_000; n++) tail.add("echo `date`\n");
  assert.ok(tail.text.length <= 32_780);
  assert.match(tail.text, /^```\necho/);
  tail.add("x".repeat(10_000_000));
  assert.ok(tail.text.length <= 32_780);
  tail.add("y");
  assert.match(tail.text, /xy$/);
});
