import assert from "node:assert/strict";
import { readReplyMarkup } from "./keyboards.ts";

const fails = (markup: unknown, what: string) =>
  assert.throws(() => readReplyMarkup(markup), { message: `Bad Request: ${what}` });
const one = (button: unknown) => ({ inline_keyboard: [[button]] });
const data = (callback_data: string) => ({ text: "x", callback_data });

Deno.test("a good inline keyboard is kept, empty rows are not", () => {
  const markup = { inline_keyboard: [[data("a"), { text: "l", url: "https://x.org" }], []] };
  assert.deepEqual(readReplyMarkup(markup), {
    kind: "inline",
    markup: { inline_keyboard: [[data("a"), { text: "l", url: "https://x.org" }]] },
  });
  assert.deepEqual(readReplyMarkup({ inline_keyboard: [] }), { kind: "inline", markup: undefined });
});

Deno.test("callback data is counted in bytes", () => {
  readReplyMarkup(one(data("x".repeat(64))));
  readReplyMarkup(one(data("ä".repeat(32))));
  fails(one(data("x".repeat(65))), "BUTTON_DATA_INVALID");
  fails(one(data("ä".repeat(33))), "BUTTON_DATA_INVALID");
});

Deno.test("a button needs a text and exactly one action", () => {
  const unparsed = "can't parse inline keyboard button: ";
  fails(one({ text: "", callback_data: "a" }), "inline keyboard button text must be non-empty");
  fails(one({ callback_data: "a" }), unparsed + `Can't find field "text"`);
  fails(one({ text: "x" }), unparsed + "Text buttons are unallowed in the inline keyboard");
  fails(one(data("")), unparsed + "Text buttons are unallowed in the inline keyboard");
  fails(one("x"), unparsed + "InlineKeyboardButton must be an Object");
  fails(
    one({ text: "x", callback_data: "a", url: "https://x.org" }),
    unparsed + "exactly one action is allowed in a button, found url and callback_data",
  );
});

Deno.test("a button's link must be one", () => {
  readReplyMarkup(one({ text: "x", url: "tg://user?id=1" }));
  for (const url of ["nonsense", "file:///etc/passwd", "http://localhost/"]) {
    fails(
      one({ text: "x", url }),
      `inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`,
    );
  }
});

Deno.test("a keyboard has at most 100 buttons and 8 in a row", () => {
  const rows = (count: number, width: number) => ({
    inline_keyboard: Array.from({ length: count }, () => Array(width).fill(data("a"))),
  });
  readReplyMarkup(rows(12, 8));
  fails(rows(13, 8), "reply markup is too long");
  fails(rows(1, 9), "reply markup is too long");
});

Deno.test("copy buttons take 1 to 256 units", () => {
  readReplyMarkup(one({ text: "x", copy_text: { text: "y".repeat(256) } }));
  fails(one({ text: "x", copy_text: { text: "y".repeat(257) } }), "BUTTON_COPY_TEXT_INVALID");
});

Deno.test("what is no markup is refused", () => {
  fails([], "object expected as reply markup");
  fails({ nonsense: 1 }, "object expected as reply markup");
  assert.deepEqual(readReplyMarkup({ force_reply: true }), { kind: "other" });
});
