import assert from "node:assert/strict";
import { childPath, which } from "./which.ts";

const among = (...files: string[]) => (file: string) => Promise.resolve(files.includes(file));

Deno.test("which takes the first folder of the path that has the program", async () => {
  const isExecutable = among("/b/claude", "/c/claude");
  assert.equal(
    await which("claude", { path: "/a::/b:/c", os: "linux", isExecutable }),
    "/b/claude",
  );
  assert.equal(await which("codex", { path: "/a:/b", os: "linux", isExecutable }), undefined);
});

Deno.test("which checks a path as given", async () => {
  const isExecutable = among("/opt/x");
  assert.equal(await which("/opt/x", { path: "", os: "linux", isExecutable }), "/opt/x");
  assert.equal(await which("/opt/y", { path: "/opt", os: "linux", isExecutable }), undefined);
});

Deno.test("which wants the executable bit", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/plain`, "");
    await Deno.writeTextFile(`${dir}/prog`, "", { mode: 0o755 });
    await Deno.mkdir(`${dir}/folder`, { mode: 0o755 });
    assert.equal(await which("plain", { path: dir }), undefined);
    assert.equal(await which("folder", { path: dir }), undefined);
    assert.equal(await which("prog", { path: dir }), `${dir}/prog`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("which on Windows tries PATHEXT and passes over npm's shell script", async () => {
  const isExecutable = among("C:\\npm\\claude", "C:\\npm\\claude.cmd", "D:\\bin\\codex.exe");
  const options = { path: "C:\\npm;D:\\bin", os: "windows" as const, isExecutable };
  assert.equal(await which("claude", options), "C:\\npm\\claude.cmd");
  assert.equal(await which("codex", { ...options, pathExt: ".EXE;.CMD" }), "D:\\bin\\codex.exe");
  assert.equal(await which("codex.exe", options), "D:\\bin\\codex.exe");
  assert.equal(await which("D:\\bin\\codex", options), "D:\\bin\\codex.exe");
});

Deno.test("a child finds what lies beside its program, after our own path", () => {
  assert.equal(childPath("/bin:/usr/bin", "/n/bin/claude", false), "/bin:/usr/bin:/n/bin");
  assert.equal(childPath("/bin:/n/bin", "/n/bin/claude", false), "/bin:/n/bin");
  assert.equal(childPath("C:\\a", "C:\\n\\x.cmd", true), "C:\\a;C:\\n");
});
