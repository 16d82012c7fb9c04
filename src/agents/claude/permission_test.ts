import assert from "node:assert/strict";
import { answer, describe, sameRequest } from "./permission.ts";
import { shortInput } from "./tool_input.ts";

const CWD = "/home/user/w";
const asked = (tool_name: string, input: Record<string, unknown>) => ({ tool_name, input });

Deno.test("K16.2 permission: a command is shown as it would run, the model's words apart from it", () => {
  const input = { command: "rm -rf x\nls", description: "Tidy" };
  assert.deepEqual(describe(asked("Bash", input), CWD), {
    tool: "Bash",
    title: "Run a command",
    detail: "rm -rf x\nls",
    reason: "Tidy",
  });
  const how = { command: "ls", run_in_background: true, dangerouslyDisableSandbox: true };
  assert.deepEqual(describe(asked("Bash", how), CWD), {
    tool: "Bash",
    title: "Run a command in the background, outside of Claude's own sandbox",
    detail: "ls",
  });
});

Deno.test("K16.2 permission: edits are shown as a diff, files whole, paths as the user knows them", () => {
  const edit = { file_path: `${CWD}/a.txt`, old_string: "one\ntwo", new_string: "three" };
  assert.deepEqual(describe(asked("Edit", edit), CWD), {
    tool: "Edit",
    title: "Edit a.txt",
    detail: "- one\n- two\n+ three",
  });
  const everywhere = describe(asked("Edit", { ...edit, replace_all: true }), CWD);
  assert.equal(everywhere.title, "Edit a.txt, wherever it stands");
  const content = "x".repeat(9000);
  const write = describe(asked("Write", { file_path: "/etc/motd", content }), CWD);
  assert.equal(write.title, "Write /etc/motd");
  assert.equal(write.detail, content);
  const long = `/${"deep/".repeat(60)}end`;
  const cut = describe(asked("Write", { file_path: long, content: "x" }), CWD);
  assert.ok(cut.title.length <= 200);
  assert.equal(cut.detail, `Write ${long}\nx`);
});

Deno.test("K11.7 permission: questions have header, options and descriptions, plans themselves", () => {
  const questions = [{
    header: "Colour",
    question: "Which colour?",
    multiSelect: true,
    options: [{ label: "Red", description: "warm", preview: "🟥" }, { label: "Blue" }, {}],
  }, {}];
  assert.deepEqual(describe(asked("AskUserQuestion", { questions }), CWD).choices, [
    {
      header: "Colour",
      question: "Which colour?",
      options: [
        { label: "Red", description: "warm", preview: "🟥" },
        { label: "Blue", description: "", preview: "" },
      ],
      several: true,
    },
    { header: "", question: "", options: [], several: false },
  ]);
  assert.equal(describe(asked("ExitPlanMode", { plan: "1. Do it" }), CWD).plan, "1. Do it");
  assert.equal(describe(asked("ExitPlanMode", {}), CWD).plan, "");
  const other = describe(asked("mcp__db__query", { sql: "select 1" }), CWD);
  assert.equal(other.title, "Use mcp__db__query: select 1");
  assert.match(other.detail, /"sql": "select 1"/);
  assert.equal(describe({}, CWD).tool, "tool");
});

Deno.test("permission: what a sub-agent asks is marked", () => {
  const request = asked("Bash", { command: "ls" });
  assert.equal(describe({ ...request, agent_id: "a0e2b6" }, CWD).subagent, true);
  assert.equal(describe(request, CWD).subagent, undefined);
});

Deno.test("permission: allow returns the input, deny a reason", () => {
  const request = asked("Bash", { command: "date" });
  assert.deepEqual(answer(request, { behavior: "allow" }), {
    behavior: "allow",
    updatedInput: { command: "date" },
  });
  assert.deepEqual(answer(request, { behavior: "deny", reason: "not now" }), {
    behavior: "deny",
    message: "Not allowed: not now",
  });
  assert.ok(answer(request, { behavior: "deny" }).message);
});

Deno.test("K11.7 permission: a plan that is not taken goes on with the user's words", () => {
  const plan = asked("ExitPlanMode", { plan: "1. Do it" });
  const message = (reason?: string) =>
    answer(plan, { behavior: "deny", ...reason !== undefined && { reason } }).message;
  assert.equal(message("Also write tests"), "Keep planning: Also write tests");
  assert.equal(message(), "Keep planning.");
});

Deno.test("permission: what is allowed for the session is not written into the settings", () => {
  const rule = {
    type: "addRules",
    rules: [{ toolName: "Bash", ruleContent: "touch *" }],
    behavior: "allow",
    destination: "localSettings",
  };
  const mode = { type: "setMode", mode: "acceptEdits", destination: "session" };
  const request = { ...asked("Bash", {}), permission_suggestions: [rule, mode] };
  assert.deepEqual(answer(request, { behavior: "allow_session" }).updatedPermissions, [
    { ...rule, destination: "session" },
  ]);
  const edit = { ...asked("Edit", {}), permission_suggestions: [mode] };
  assert.deepEqual(answer(edit, { behavior: "allow_session" }).updatedPermissions, [mode]);
  assert.equal("updatedPermissions" in answer(request, { behavior: "allow" }), false);
});

Deno.test("permission: allowing a question takes its first options", () => {
  const questions = [{ question: "A?", options: [{ label: "yes" }, { label: "no" }] }];
  assert.deepEqual(answer(asked("AskUserQuestion", { questions }), { behavior: "allow" }), {
    behavior: "allow",
    updatedInput: { questions, answers: { "A?": "yes" } },
  });
});

Deno.test("permission: the same request is known whatever the model calls it", () => {
  const one = sameRequest(asked("Bash", { command: "ls", description: "List" }));
  assert.equal(sameRequest(asked("Bash", { description: "Show", command: "ls" })), one);
  assert.notEqual(sameRequest(asked("Bash", { command: "ls -a" })), one);
  assert.notEqual(sameRequest(asked("Other", { command: "ls" })), one);
});

Deno.test("tool input: the telling field in one line", () => {
  assert.equal(shortInput("Bash", { command: "a \n b", description: "d" }), "a b");
  assert.equal(shortInput("Grep", { pattern: "x+", path: "/tmp" }), "x+");
  assert.equal(shortInput("WebFetch", { url: "https://x.y", prompt: "p" }), "https://x.y");
  assert.equal(shortInput("Read", { file_path: `${CWD}/a/b.ts` }, CWD), "a/b.ts");
  assert.equal(shortInput("Read", { file_path: "/etc/hosts" }, CWD), "/etc/hosts");
  assert.equal(shortInput("mcp__x__y", { n: 1, odd: "value" }), "value");
  assert.equal(shortInput("TodoWrite", { todos: [] }), "");
  assert.equal(shortInput("Bash", null), "");
  assert.equal(shortInput("Bash", { command: "x".repeat(999) }).length, 200);
});

Deno.test("K10.9 permission: what is too long never ends in half an emoji, which Telegram refuses", () => {
  for (let before = 0; before < 2; before++) {
    const text = "x".repeat(before) + "🦆".repeat(3000);
    const { title } = describe(asked("Write", { file_path: text }), CWD);
    for (const part of [title, shortInput("Bash", { command: text })]) {
      assert.ok(part.isWellFormed() && part.endsWith("…"));
    }
  }
});
