import assert from "node:assert/strict";
import { takeBack } from "./take_back.ts";

Deno.test("take back: the end goes, whatever the space in it", () => {
  assert.equal(takeBack("One.\n\nTwo and", "Two and"), "One.");
  assert.equal(takeBack("One.\n\nTwo\n\nand ", " Twoand"), "One.");
  assert.equal(takeBack("Two and", "\n Two and"), "");
  assert.equal(takeBack("a 😀", "😀"), "a");
});

Deno.test("take back: no more than was said, and nothing else", () => {
  assert.equal(takeBack("", "Two"), "");
  assert.equal(takeBack("wo", "Two"), "");
  assert.equal(takeBack("One.", ""), "One.");
  assert.equal(takeBack("One.", "x"), "One.");
});
