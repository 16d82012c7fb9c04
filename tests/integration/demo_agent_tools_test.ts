/** The demo agent with real commands. */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { runShell } from "../../src/demo/agent/shell.ts";
import { DemoAgentRig, type Message, temporaryFolder } from "../support/demo_agent_rig.ts";
import { isRunning, until } from "../support/processes.ts";

const BYPASS = ["--permission-mode", "bypassPermissions"];
const ASKING = ["--permission-mode", "default", "--permission-prompt-tool", "stdio"];

function answer(agent: DemoAgentRig, question: Message, response: Message): Promise<void> {
  return agent.send({
    type: "control_response",
    response: { subtype: "success", request_id: question.request_id, response },
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a command runs in the session's folder and its output is reported", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const { result, num_turns } = await agent.ask("run: touch here; ls; echo oops >&2; exit 2");
  assert.match(result, /The command failed:\n\n```\nExit code 2\nhere\noops\n```/);
  assert.equal(num_turns, 2);
  const tool = agent.messages.find(({ message }) => message?.content?.[0]?.type === "tool_result");
  assert.equal(tool.message.content[0].is_error, true);
});

Deno.test("an interrupt ends the command and what it started", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const file = join(folder.path, "pids");
  await agent.say(`run: sleep 300 & echo $! > ${file}; echo $$ >> ${file}; wait`);
  let pids: number[] = [];
  await until(async () => {
    pids = (await Deno.readTextFile(file).catch(() => "")).trim().split("\n").map(Number);
    return pids.length === 2 && pids.every((pid) => pid > 0);
  }, "both process ids");
  await agent.control("i", { subtype: "interrupt" });
  const result = await agent.next(({ type }) => type === "result");
  assert.equal(result.terminal_reason, "aborted_tools");
  for (const pid of pids) await until(async () => !await isRunning(pid), `${pid} to be gone`);
  assert.match((await agent.ask("hello")).result, /demo agent/);
});

Deno.test("a command that ignores the polite signal is ended all the same", async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  const file = join(folder.path, "pid");
  const running = runShell(
    `trap '' TERM; echo $$ > ${file}; while :; do sleep 0.1; done`,
    folder.path,
    stop.signal,
  );
  let pid = 0;
  await until(async () => {
    pid = Number(await Deno.readTextFile(file).catch(() => ""));
    return pid > 0;
  }, "the process id");
  stop.abort();
  const { interrupted } = await running;
  assert.equal(interrupted, true);
  await until(async () => !await isRunning(pid), "the command to be gone");
});

Deno.test("endless output is cut and a background child does not hold the command open", async () => {
  await using folder = await temporaryFolder();
  const { signal } = new AbortController();
  const loud = await runShell("yes | head -c 5000000", folder.path, signal);
  assert.equal(loud.output.length, 30_000);
  const file = join(folder.path, "pid");
  const left = await runShell(`sleep 300 & echo $! > ${file}; echo done`, folder.path, signal);
  assert.equal(left.output, "done");
  Deno.kill(Number(await Deno.readTextFile(file)), "SIGKILL");
});

Deno.test("in default mode it asks, and does what it was told", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(ASKING, folder.path);
  const file = join(folder.path, "made");
  await agent.say(`run: touch ${file}`);
  const question = await agent.next(({ request }) => request?.subtype === "can_use_tool");
  assert.equal(question.request.input.command, `touch ${file}`);
  assert.equal(await exists(file), false);
  const updatedInput = { ...question.request.input, command: `touch ${file}-changed` };
  await answer(agent, question, { behavior: "allow", updatedInput });
  await agent.next(({ type }) => type === "result");
  assert.equal(await exists(`${file}-changed`), true);
});

Deno.test("a denial is reported to the model and in the result", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(ASKING, folder.path);
  await agent.say("run: touch x");
  const question = await agent.next(({ request }) => request?.subtype === "can_use_tool");
  await answer(agent, question, { behavior: "deny", message: "not today" });
  const result = await agent.next(({ type }) => type === "result");
  assert.match(result.result, /not today/);
  assert.equal(result.permission_denials.length, 1);
  assert.equal(await exists(join(folder.path, "x")), false);
});

Deno.test("a rule that was allowed covers the same command, and no other one", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(ASKING, folder.path);
  const questions = () => agent.messages.filter(({ request }) => request).length;
  await agent.say("run: touch a");
  const question = await agent.next(({ request }) => request?.subtype === "can_use_tool");
  await answer(agent, question, {
    behavior: "allow",
    updatedInput: question.request.input,
    updatedPermissions: question.request.permission_suggestions,
  });
  await agent.next(({ type }) => type === "result");
  await agent.ask("run: touch b");
  assert.equal(questions(), 1);
  assert.equal(await exists(join(folder.path, "b")), true);
  const from = agent.messages.length;
  await agent.say("run: touch c && mkdir d");
  const other = await agent.next(({ request }) => request?.subtype === "can_use_tool", from);
  await answer(agent, other, { behavior: "deny", message: "no" });
  await agent.next(({ type }) => type === "result", from);
});

Deno.test("an interrupt takes an open question back", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(ASKING, folder.path);
  await agent.say("run: touch x");
  const question = await agent.next(({ request }) => request?.subtype === "can_use_tool");
  await agent.control("i", { subtype: "interrupt" });
  const result = await agent.next(({ type }) => type === "result");
  assert.equal(result.terminal_reason, "aborted_tools");
  const back = agent.messages.find(({ type }) => type === "control_cancel_request");
  assert.equal(back.request_id, question.request_id);
});

Deno.test("without anybody to ask nothing runs, and looking is always allowed", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(["--permission-mode", "default"], folder.path);
  assert.match((await agent.ask("run: touch x")).result, /requires approval/);
  assert.match((await agent.ask("run: echo looking")).result, /looking/);
  assert.match((await agent.ask("run: echo a > b")).result, /requires approval/);
});

Deno.test("limits on turns and on cost end a turn as the real CLI does", async () => {
  await using folder = await temporaryFolder();
  await using turns = new DemoAgentRig([...BYPASS, "--max-turns", "1"], folder.path);
  const first = await turns.ask("run twice: echo hi");
  assert.equal(first.subtype, "error_max_turns");
  assert.deepEqual(first.errors, ["Reached maximum number of turns (1)"]);
  await using cost = new DemoAgentRig([...BYPASS, "--max-budget-usd", "0.00001"], folder.path);
  const dear = await cost.ask("run: echo hi");
  assert.equal(dear.subtype, "error_max_budget_usd");
  assert.deepEqual(dear.errors, ["Reached maximum budget ($0.00001)"]);
  assert.equal((await cost.ask("hello")).subtype, "error_max_budget_usd");
});
