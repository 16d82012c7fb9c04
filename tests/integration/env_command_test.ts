/** `ductor env` as a program: what it writes, what it shows, and what never appears. */
import assert from "node:assert/strict";
import { programs, runProgram, spawnProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

const [program] = programs();

Deno.test("K4.1 ductor env: set, list, import and unset; no secret is ever shown", async () => {
  await using temp = await TempFolder.make();
  const shell = {
    DUCTOR_HOME: temp.path,
    ANTHROPIC_API_KEY: "sk-ant-of-the-shell",
    HTTPS_PROXY: "http://127.0.0.1:9",
    EDITOR: "vi",
  };
  const all: string[] = [];
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runProgram(program!, ["env", ...args], shell);
    all.push(stdout, stderr);
    return { code, json: stdout ? JSON.parse(stdout) : undefined };
  };
  assert.deepEqual((await run("set", "EXTRA", "a b # c")).json.value, "…");
  assert.deepEqual((await run("import")).json.imported, ["ANTHROPIC_API_KEY", "HTTPS_PROXY"]);
  assert.deepEqual((await run("import")).json.imported, []);
  assert.deepEqual((await run("import", "EDITOR")).json.imported, ["EDITOR"]);
  assert.deepEqual((await run("list")).json.variables, [
    { name: "EXTRA", value: "…" },
    { name: "ANTHROPIC_API_KEY", value: "…hell" },
    { name: "HTTPS_PROXY", value: "http://127.0.0.1:9" },
    { name: "EDITOR", value: "…" },
  ]);
  assert.deepEqual((await run("unset", "EDITOR", "NOPE")).json.removed, ["EDITOR"]);
  assert.equal((await run("unset", "NOPE")).code, 1);
  assert.equal((await run("set", "DUCTOR_HOME", "x")).code, 1);
  assert.equal((await run("import", "NOPE")).code, 1);
  assert.equal(
    await Deno.readTextFile(temp.at(".env")),
    "EXTRA='a b # c'\nANTHROPIC_API_KEY=sk-ant-of-the-shell\nHTTPS_PROXY=http://127.0.0.1:9\n",
  );
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(temp.at(".env"))).mode! & 0o777, 0o600);
  }
  assert.ok(!all.join().includes("sk-ant-of"));
});

Deno.test("K4.1 ductor env set: a value that is not in the command line comes from the pipe", async () => {
  await using temp = await TempFolder.make();
  const child = spawnProgram(program!, ["env", "set", "KEY"], { DUCTOR_HOME: temp.path }, "piped");
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("quite secret\n"));
  await stdin.close();
  assert.equal((await child.output()).code, 0);
  assert.equal(await Deno.readTextFile(temp.at(".env")), "KEY='quite secret'\n");
});
