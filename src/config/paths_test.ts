import assert from "node:assert/strict";
import { isInside, PathError, validatePath } from "./paths.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("validatePath() returns where a path inside a root really leads", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("a"));
  await Deno.symlink(temp.at("a"), temp.at("link"));
  assert.equal(await validatePath("link/new.txt", [temp.path]), temp.at("a", "new.txt"));
  assert.equal(await validatePath(temp.path, [temp.path]), temp.path);
});

Deno.test("validatePath() refuses what leads out of the roots, by dots or by links", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("root"));
  await Deno.mkdir(temp.at("root-other"));
  await Deno.symlink(temp.path, temp.at("root", "out"));
  await Deno.symlink(temp.at("nowhere"), temp.at("root", "dangling"));
  const root = temp.at("root");
  for (const path of ["../x", "out/x", "dangling", "/etc/passwd", temp.at("root-other")]) {
    await assert.rejects(validatePath(path, [root]), PathError, path);
  }
  assert.equal(await validatePath("../x", [root, temp.path]), temp.at("x"));
});

Deno.test("validatePath() refuses NUL and control characters, but not a newline", async () => {
  await using temp = await TempFolder.make();
  for (const path of ["a\0b", "a\x1bb", "a\tb"]) {
    await assert.rejects(validatePath(path, [temp.path]), PathError);
  }
  assert.equal(await validatePath("a\nb", [temp.path]), temp.at("a\nb"));
  await assert.rejects(validatePath("a", []), PathError);
});

Deno.test("isInside() compares whole names", () => {
  assert.equal(isInside("/a/b", "/a"), true);
  assert.equal(isInside("/a", "/a"), true);
  assert.equal(isInside("/ab", "/a"), false);
  assert.equal(isInside("/a/..b", "/a"), true);
});
