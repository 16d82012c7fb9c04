import { strict as assert } from "node:assert";
import type { Message, MessageEntity } from "grammy/types";
import { write } from "../output.ts";
import { plainMessage } from "./plain_message.ts";
import { GrowingText } from "./say.ts";

function message(id: number, text: string, more: Partial<Message> = {}): Message {
  return { message_id: id, date: 0, chat: { id: 1, type: "private" }, text, ...more } as Message;
}

function over(type: string, text: string, part: string): MessageEntity {
  return { type, offset: text.indexOf(part), length: part.length } as MessageEntity;
}

function paper() {
  const parts: string[] = [];
  return { text: () => parts.join(""), printer: new GrowingText((part) => parts.push(part)) };
}

Deno.test("plain message: code is indented, with empty lines around it", () => {
  const text = "It said:\nline 1\n\nline 3\nDone.";
  const entities = [over("pre", text, "line 1\n\nline 3")];
  assert.equal(
    plainMessage(message(1, text, { entities }), { final: true }),
    "It said:\n\n    line 1\n\n    line 3\n\nDone.",
  );
});

Deno.test("plain message: the passing line is left out, its look-alike in the end is not", () => {
  const text = "Half an answer\n\n⚙️ Bash: ls";
  const entities = [over("italic", text, "⚙️ Bash: ls")];
  const passing = message(1, text, { entities });
  assert.equal(plainMessage(passing, { final: false }), "Half an answer");
  assert.equal(plainMessage(passing, { final: true }), text);
});

Deno.test("plain message: the buttons stand below", () => {
  const keyboard = [[{ text: "Yes", callback_data: "y" }, { text: "No", callback_data: "n" }]];
  const asks = message(1, "Well?", { reply_markup: { inline_keyboard: keyboard } });
  assert.equal(plainMessage(asks, { final: true }), "Well?\n\n[ Yes ]  [ No ]");
});

Deno.test("say: an answer that grows is printed piece by piece, once", () => {
  const { text, printer } = paper();
  for (const now of ["One", "One two", "One two", "One two three"]) printer.show(message(1, now));
  printer.show(message(2, "Next"));
  printer.finish();
  assert.equal(text(), "One two three\n\nNext");
});

Deno.test("say: what changed its form is printed again from the line that changed", () => {
  const { text, printer } = paper();
  printer.show(message(1, "Birds:\n| Owl"));
  printer.show(message(1, "Birds:\nOwl  0 dB"));
  assert.equal(text(), "Birds:\n| Owl");
  printer.finish();
  assert.equal(text(), "Birds:\n| Owl\nOwl  0 dB");
});

Deno.test("say: what was taken back before the end is not printed again", () => {
  const { text, printer } = paper();
  printer.show(message(1, "Queued"));
  printer.show(message(1, "Otherwise"));
  printer.drop(1);
  printer.finish();
  assert.equal(text(), "Queued");
});

Deno.test("output: a reader that has gone is told by the result, other errors are errors", () => {
  const failing = (error: Error) => ({
    writeSync: () => {
      throw error;
    },
  });
  assert.equal(write(failing(new Deno.errors.BrokenPipe()), "x"), false);
  assert.throws(() => write(failing(new Error("disk full")), "x"), /disk full/);
  const written: number[] = [];
  const slow = { writeSync: (bytes: Uint8Array) => written.push(bytes[0]!) && 1 };
  assert.equal(write(slow, "abc"), true);
  assert.equal(String.fromCharCode(...written), "abc");
});
