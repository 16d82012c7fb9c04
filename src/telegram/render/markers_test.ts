import assert from "node:assert/strict";
import { stripMarkers } from "./mod.ts";

Deno.test("stripMarkers takes buttons of one line as one row, and files in order", () => {
  const text = "Done.\n\n[button:Yes] [button: No ]\n[button:Later]\n<file:/a b.txt> and <file:/c>";
  assert.deepEqual(stripMarkers(text), {
    markdown: "Done.\n\n and",
    buttons: [["Yes", "No"], ["Later"]],
    files: ["/a b.txt", "/c"],
  });
});

Deno.test("stripMarkers skips empty labels and paths but hides their markers", () => {
  assert.deepEqual(stripMarkers("a [button:] [button:  ] <file:>"), {
    markdown: "a",
    buttons: [],
    files: [],
  });
});

Deno.test("stripMarkers leaves markers in code alone", () => {
  const fenced = "```\n[button:A]\n\n\n\n<file:/a>\n```";
  const texts = [fenced, "use `[button:A]` or ``<file:`>``", "- b\n  ~~~\n  [button:A]\n  ~~~"];
  for (const text of [...texts, "> ```\n> [button:A]", "~~~\n```\n[button:A]", "\\[button:A]"]) {
    assert.deepEqual(stripMarkers(text), { markdown: text, buttons: [], files: [] });
  }
  const both = stripMarkers("`[button:A]` [button:B]\n\n```\n[button:C]\n```\n[button:D]");
  assert.deepEqual(both.buttons, [["B"], ["D"]]);
  assert.equal(both.markdown, "`[button:A]`\n\n```\n[button:C]\n```");
});

Deno.test("stripMarkers finds markers after code that was never closed", () => {
  assert.deepEqual(stripMarkers("it`s [button:A]").buttons, [["A"]]);
  assert.deepEqual(stripMarkers("a `b\n\nc` [button:A]").buttons, [["A"]]);
});

Deno.test("stripMarkers leaves no gap and no empty bullet behind", () => {
  assert.equal(stripMarkers("a\n\n[button:A]\n\nb").markdown, "a\n\nb");
  assert.equal(stripMarkers("a\n- [button:A]\n- [button:B]\n\n\n\nb").markdown, "a\n\nb");
  assert.equal(stripMarkers("[button:A]").markdown, "");
});

Deno.test("stripMarkers hides a marker while it is being written", () => {
  const text = "Sure? [button:Yes] <file:/tmp/a.txt>";
  for (let length = 6; length <= text.length; length++) {
    const { markdown, buttons, files } = stripMarkers(text.slice(0, length), { streaming: true });
    assert.equal(markdown, "Sure?", `after ${length}`);
    assert.deepEqual(buttons, length < 18 ? [] : [["Yes"]]);
    assert.deepEqual(files, length < text.length ? [] : ["/tmp/a.txt"]);
  }
});

Deno.test("stripMarkers shows what turned out not to be a marker", () => {
  const streaming = true;
  assert.equal(stripMarkers("see [but", { streaming }).markdown, "see");
  assert.equal(stripMarkers("see [butter](x)", { streaming }).markdown, "see [butter](x)");
  assert.equal(stripMarkers("a < b", { streaming }).markdown, "a < b");
  assert.equal(stripMarkers("[button:x\ny", { streaming }).markdown, "[button:x\ny");
  assert.equal(stripMarkers("see [but").markdown, "see [but");
});

Deno.test("stripMarkers shows code in the making while streaming", () => {
  const streaming = true;
  assert.equal(stripMarkers("use `[button:A", { streaming }).markdown, "use `[button:A");
  assert.equal(stripMarkers("```\n<file:/a", { streaming }).markdown, "```\n<file:/a");
});
