import assert from "node:assert/strict";
import { cmdArguments, needsCmd } from "./windows_command.ts";

/** What cmd.exe makes of a line: it drops each caret and takes the character after it as it is. */
const parseOnce = (text: string) => text.replace(/\^(.)/g, "$1");

function roundTrip(arg: string): string {
  const [d, s, c, line] = cmdArguments("C:\\npm\\claude.cmd", [arg]);
  assert.deepEqual([d, s, c], ["/d", "/s", "/c"]);
  assert.ok(line!.startsWith('"') && line!.endsWith('"'));
  const first = parseOnce(line!.slice(1, -1));
  assert.ok(first.startsWith('"C:\\npm\\claude.cmd" '));
  return parseOnce(first.slice('"C:\\npm\\claude.cmd" '.length));
}

Deno.test("batch arguments survive both readings by cmd.exe", () => {
  assert.equal(roundTrip("plain"), '"plain"');
  assert.equal(roundTrip("a & del *"), '"a & del *"');
  assert.equal(roundTrip('say "hi"'), '"say \\"hi\\""');
  assert.equal(roundTrip("%PATH% ^ | > x"), '"%PATH% ^ | > x"');
  assert.equal(roundTrip("C:\\dir\\"), '"C:\\dir\\\\"');
  assert.equal(roundTrip(""), '""');
});

Deno.test("no character that cmd.exe acts on is left bare", () => {
  const [, , , line] = cmdArguments("x.cmd", ['a"&b|c<d>e(f)%g%^h!']);
  assert.equal(line!.slice(1, -1).replace(/\^./g, "").match(/[&|<>()%!"^]/), null);
});

Deno.test("batch arguments with line breaks are refused with a reason", () => {
  assert.throws(() => cmdArguments("x.cmd", ["a\nb"]), /line break/);
});

Deno.test("only batch files need cmd.exe", () => {
  assert.ok(needsCmd("C:\\a.CMD") && needsCmd("a.bat"));
  assert.ok(!needsCmd("a.exe") && !needsCmd("a"));
});
