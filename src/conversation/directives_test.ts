import assert from "node:assert/strict";
import { parseDirective } from "./directives.ts";

const isModel = (name: string) => ["opus", "sonnet", "gpt-5.2"].includes(name.toLowerCase());

Deno.test("parseDirective() takes a known model at the start, in any case", () => {
  assert.deepEqual(parseDirective("@opus explain", isModel), { model: "opus", text: "explain" });
  assert.deepEqual(parseDirective("  @OPUS\nexplain", isModel), { model: "OPUS", text: "explain" });
  assert.deepEqual(parseDirective("@gpt-5.2 x", isModel), { model: "gpt-5.2", text: "x" });
});

Deno.test("parseDirective() leaves the text empty when only the model was named", () => {
  assert.deepEqual(parseDirective("@opus", isModel), { model: "opus", text: "" });
});

Deno.test("parseDirective() leaves names that are no models as they were written", () => {
  for (const text of ["@john hi", "mail @opus", "@opusX hi", "@ opus", "@opus, hi", ""]) {
    assert.deepEqual(parseDirective(text, isModel), { text });
  }
});
