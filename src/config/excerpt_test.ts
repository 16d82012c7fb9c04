import assert from "node:assert/strict";
import fc from "fast-check";
import { safeExcerpt } from "./excerpt.ts";

Deno.test("safeExcerpt() shows no word that is not the name of a key", () => {
  fc.assert(fc.property(fc.string(), fc.nat(), (text, at) => {
    const known = new Set(["model", "true"]);
    const shown = safeExcerpt(text, at % (text.length + 1), known).split("\n")[0]!;
    const words = shown.slice(shown.indexOf("|") + 1).match(/[\p{L}\p{N}_-]+/gu) ?? [];
    for (const word of words) assert.ok(known.has(word) || /^\d{1,5}$/.test(word), word);
  }));
});
