import { strict as assert } from "node:assert";
import { plainCommand, progress, toolOf, toolOk } from "./tools.ts";
import { saidOnStderr } from "./stderr.ts";
import { oneLine } from "../wire.ts";

Deno.test("tools of codex have the names the user knows, and one line", () => {
  const cases: [Record<string, unknown>, [string, string] | undefined][] = [
    [{ type: "commandExecution", command: "/bin/bash -lc 'ls -l'" }, ["Bash", "ls -l"]],
    [{ type: "fileChange", changes: [{ path: "/a" }, { path: "/b" }] }, ["Edit", "/a, /b"]],
    [{ type: "webSearch", query: "deno  compile\n" }, ["WebSearch", "deno compile"]],
    [{ type: "mcpToolCall", server: "mail", tool: "send" }, ["send", "mail"]],
    [{ type: "mcpToolCall" }, ["MCP", ""]],
    [{ type: "collabAgentToolCall", prompt: "look" }, ["Task", "look"]],
    [{ type: "imageView", path: "/p.png" }, ["Read", "/p.png"]],
    [{ type: "agentMessage", text: "no tool" }, undefined],
    [{}, undefined],
  ];
  for (const [item, expected] of cases) {
    const tool = toolOf(item);
    assert.deepEqual(tool && [tool.name, tool.input], expected);
  }
});

Deno.test("a command is shown without the shell around it", () => {
  assert.equal(plainCommand({ command: "/bin/bash -lc 'echo '\\''hi'\\'' > f'" }), "echo 'hi' > f");
  assert.equal(plainCommand({ command: "/usr/bin/zsh -lc ls" }), "ls");
  assert.equal(plainCommand({ command: "bash -c 'a\nb'" }), "a\nb");
  assert.equal(plainCommand({ command: "git push" }), "git push");
  assert.equal(plainCommand({}), "");
  const piped = [{ command: "cat f" }, { command: "wc -l" }];
  assert.equal(
    plainCommand({ command: "/bin/bash -lc 'cat f | wc -l'", commandActions: piped }),
    "cat f | wc -l",
  );
});

Deno.test("how a tool ended is read from its exit code, its success or its status", () => {
  assert.equal(toolOk({ exitCode: 0, status: "completed" }), true);
  assert.equal(toolOk({ exitCode: 2, status: "completed" }), false);
  assert.equal(toolOk({ exitCode: null, status: "declined" }), false);
  assert.equal(toolOk({ status: "failed" }), false);
  assert.equal(toolOk({ success: false }), false);
  assert.equal(toolOk({ type: "webSearch" }), true);
});

Deno.test("a plan names the step at work, a finished one none", () => {
  const steps = [{ step: "One", done: true }, { step: "Two" }];
  assert.equal(progress(steps, (step) => step.done === true), "1 of 2: Two");
  assert.equal(progress([{ step: "a" }, { step: "b" }], () => true), "2 of 2");
});

Deno.test("texts are cut without splitting a character", () => {
  assert.equal(oneLine("a\n b", 9), "a b");
  assert.equal(oneLine("🦆🦆🦆", 4), "🦆…");
});

Deno.test("of stderr only codex's own words are kept", () => {
  const noise = 'WARNING: proceeding, even though we could not create PATH aliases: "/tmp"\n' +
    "\x1b[2m2026-11-23T05:30:33.304914Z\x1b[0m \x1b[31mERROR\x1b[0m codex_app_server: no bubblewrap\n";
  const words = "Error: Unknown feature flag: zork";
  assert.equal(saidOnStderr(`${noise}${words}\n\nStack backtrace:\n   0: <unknown>\n`), words);
  assert.match(saidOnStderr(noise), /no bubblewrap/, "better than nothing");
  assert.equal(saidOnStderr(""), "");
});
