import { strict as assert } from "node:assert";
import { DemoAgentRig, temporaryFolder } from "../../../tests/support/demo_agent_rig.ts";

const BYPASS = ["--permission-mode", "bypassPermissions", "--include-partial-messages"];

Deno.test("a turn is init, streamed text, message and result, as Claude Code sends them", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const result = await agent.ask("table");
  assert.match(result.result, /Three birds/);
  assert.equal(agent.streamed, result.result);
  const order = agent.messages.map(({ type, subtype, event }) => event?.type ?? subtype ?? type);
  assert.deepEqual(order.filter((one, index) => one !== order[index - 1]), [
    "init",
    "status",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "assistant",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "success",
  ]);
  assert.ok(agent.messages.every(({ session_id, uuid }) => session_id && uuid));
});

Deno.test("without partial messages only whole ones are sent", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig([], folder.path);
  await agent.ask("hello");
  assert.equal(agent.messages.some(({ type }) => type === "stream_event"), false);
  assert.equal(agent.messages.filter(({ type }) => type === "assistant").length, 1);
});

Deno.test("costs add up over the life of the process", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const first = await agent.ask("hello");
  const second = await agent.ask("hello");
  assert.ok(first.total_cost_usd > 0);
  assert.equal(second.total_cost_usd.toFixed(9), (2 * first.total_cost_usd).toFixed(9));
  assert.deepEqual(second.usage, first.usage);
});

Deno.test("thinking comes as blocks of its own", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  await agent.ask("think");
  const kinds = agent.messages.filter(({ type }) => type === "assistant")
    .map(({ message }) => message.content[0].type);
  assert.deepEqual(kinds, ["thinking", "text"]);
});

Deno.test("an interrupt ends the text, and the next turn works", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  agent.stuck = true;
  await agent.say("long 5000");
  await agent.next(({ event }) => event?.delta?.type === "text_delta");
  await agent.control("i", { subtype: "interrupt" });
  const cut = await agent.next(({ type }) => type === "result");
  assert.equal(cut.subtype, "error_during_execution");
  assert.equal(cut.terminal_reason, "aborted_streaming");
  assert.equal(cut.result, undefined);
  const partial = agent.messages.find(({ type }) => type === "assistant");
  assert.equal(partial.message.content[0].text, agent.streamed);
  agent.stuck = false;
  assert.equal((await agent.ask("hello")).subtype, "success");
  assert.equal(await agent.close(), 0);
});

Deno.test("an idle interrupt succeeds and sends no result", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  await agent.control("i", { subtype: "interrupt" });
  const answer = await agent.next(({ type }) => type === "control_response");
  assert.deepEqual(answer.response, { subtype: "success", request_id: "i" });
  await agent.close();
  assert.equal(agent.messages.length, 1);
});

Deno.test("a message sent while busy becomes a turn of its own", async () => {
  await using folder = await temporaryFolder();
  const agent = new DemoAgentRig(BYPASS, folder.path);
  await agent.say("remember one");
  await agent.say("what did I say?");
  assert.equal(await agent.close(), 0);
  const results = agent.messages.filter(({ type }) => type === "result");
  assert.equal(results.length, 2);
  assert.match(results[1].result, /- one/);
});

Deno.test("a session is resumed from its file, instructions and all", async () => {
  await using folder = await temporaryFolder();
  const before = new DemoAgentRig(BYPASS, folder.path);
  const { session_id } = await before.ask("remember the key is under the mat");
  await before.close();
  await using after = new DemoAgentRig(["--resume", session_id], folder.path);
  await after.control("0", { subtype: "initialize", appendSystemPrompt: "Call me Ishmael." });
  const answer = await after.ask("what did I say?");
  assert.match(answer.result, /under the mat/);
  assert.equal(answer.session_id, session_id);
  assert.match((await after.ask("do you know Ishmael?")).result, /^Yes/);
});

Deno.test("a session that was not to be kept is not kept", async () => {
  await using folder = await temporaryFolder();
  const agent = new DemoAgentRig(["--no-session-persistence"], folder.path);
  await agent.ask("hello");
  await agent.close();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("an unknown session ends the agent, said on both outputs", async () => {
  await using folder = await temporaryFolder();
  const id = crypto.randomUUID();
  const agent = new DemoAgentRig(["--resume", id], folder.path);
  assert.equal(await agent.exitCode, 1);
  const sentence = `No conversation found with session ID: ${id}`;
  assert.deepEqual(agent.errors, [sentence]);
  assert.deepEqual(agent.messages[0].errors, [sentence]);
  assert.equal(agent.messages[0].subtype, "error_during_execution");
});

Deno.test("flags that claude refuses are refused, unknown ones ignored", async () => {
  await using folder = await temporaryFolder();
  const bad = new DemoAgentRig(["--permission-mode", "bogus"], folder.path);
  assert.equal(await bad.exitCode, 1);
  assert.match(bad.errors[0]!, /argument 'bogus' is invalid/);
  const id = new DemoAgentRig(["--session-id=nonsense"], folder.path);
  assert.equal(await id.exitCode, 1);
  await using good = new DemoAgentRig(["--not-a-flag", "--verbose"], folder.path);
  assert.equal((await good.ask("hello")).is_error, false);
});

Deno.test("models are listed, switched and refused when used", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(["--model", "opus", "--effort", "low"], folder.path);
  await agent.control("0", { subtype: "initialize" });
  const { response } = await agent.next(({ type }) => type === "control_response");
  assert.deepEqual(response.response.models[0].value, "default");
  assert.match((await agent.ask("which model")).result, /claude-opus-demo.*low/);
  await agent.control("1", { subtype: "set_model", model: "haiku" });
  assert.match((await agent.ask("which model")).result, /claude-haiku-demo/);
  await agent.control("2", { subtype: "set_model", model: "gpt-9" });
  const refused = await agent.ask("which model");
  assert.equal(refused.api_error_status, 404);
  assert.match(refused.result, /selected model \(gpt-9\)/);
});

Deno.test("an unknown control request is an error", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig([], folder.path);
  await agent.control("x", { subtype: "sing" });
  const { response } = await agent.next(({ type }) => type === "control_response");
  assert.equal(response.subtype, "error");
  assert.equal(response.error, "Unsupported control request subtype: sing");
});

Deno.test("a bad login is tried ten times, then said; an interrupt ends the waiting", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const result = await agent.ask("fail 401");
  const retries = agent.messages.filter(({ subtype }) => subtype === "api_retry");
  assert.deepEqual(retries.map(({ attempt }) => attempt), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.ok(
    retries.every(({ error, error_status }) =>
      error === "authentication_failed" && error_status === 401
    ),
  );
  assert.ok(agent.pauses.reduce((sum, ms) => sum + ms, 0) > 100_000, "as patient as the real one");
  assert.equal(result.is_error, true);
  assert.equal(result.api_error_status, 401);
  agent.stuck = true;
  const from = agent.messages.length;
  await agent.say("fail 401");
  await agent.next(({ subtype }) => subtype === "api_retry", from);
  await agent.control("i", { subtype: "interrupt" });
  const cut = await agent.next(({ type }) => type === "result", from);
  assert.equal(cut.terminal_reason, "aborted_streaming");
});

Deno.test("an overload passes after two retries", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const result = await agent.ask("fail 529");
  assert.match(result.result, /third try/);
  assert.equal(agent.messages.filter(({ subtype }) => subtype === "api_retry").length, 2);
});

Deno.test("a used-up subscription is told with its reset time, once", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const result = await agent.ask("usage limit");
  const { rate_limit_info } = agent.messages.find(({ type }) => type === "rate_limit_event");
  assert.equal(rate_limit_info.resetsAt, Date.parse("2026-11-23T08:00:00Z") / 1000);
  assert.equal(result.result, "You've hit your session limit · resets 8:00am (UTC)");
  assert.equal(result.api_error_status, 429);
  assert.equal(agent.messages.some(({ subtype }) => subtype === "api_retry"), false);
});

Deno.test("pictures are counted", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "" } };
  const { result } = await agent.ask([image, { type: "text", text: "what is this" }]);
  assert.match(result, /with a picture/);
});

Deno.test("a line that is no JSON ends the agent and is said on stderr", async () => {
  await using folder = await temporaryFolder();
  const agent = new DemoAgentRig([], folder.path);
  await agent.write("what is this?\n");
  assert.equal(await agent.exitCode, 1);
  assert.match(agent.errors[0]!, /what is this\?/);
});

Deno.test("lines are put together however they arrive", async () => {
  await using folder = await temporaryFolder();
  const agent = new DemoAgentRig([], folder.path);
  const content = "measure: äöü🦆";
  const line = JSON.stringify({ type: "user", message: { role: "user", content } });
  for (const byte of new TextEncoder().encode(`\n${line}`)) {
    await agent.write(Uint8Array.of(byte));
  }
  assert.equal(await agent.close(), 0);
  assert.match(agent.messages.at(-1).result, /has 14 characters.*äöü🦆/);
});

Deno.test("version and login are told as the real CLI tells them", async () => {
  await using folder = await temporaryFolder();
  const said: string[] = [];
  const { runDemoAgent } = await import("./demo_agent.ts");
  for (const args of [["--version"], ["auth", "status", "--json"]]) {
    const code = await runDemoAgent({
      args,
      stdin: ReadableStream.from([]),
      stdout: (line) => Promise.resolve(void said.push(line)),
      stderr: () => Promise.resolve(),
      env: {},
      cwd: folder.path,
    });
    assert.equal(code, 0);
  }
  assert.match(said[0]!, /^\d+\.\d+\.\d+ /);
  assert.equal(JSON.parse(said[1]!).loggedIn, true);
});
