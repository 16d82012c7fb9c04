import { strict as assert } from "node:assert";
import { CodexAgent } from "./agent.ts";
import type { SessionSpec, TurnInput } from "../agent.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import {
  FakeCodex,
  INPUT,
  Reader,
  Refusal,
  SILENT,
  SPEC,
  THREAD,
} from "../../../tests/support/fake_codex.ts";

async function open(spec: Partial<SessionSpec> = {}) {
  const codex = new FakeCodex();
  const clock = new FakeClock();
  const agent = new CodexAgent({ launcher: codex.launcher, clock });
  const session = await agent.open({ ...SPEC, ...spec });
  const stop = new AbortController();
  const run = (input: Partial<TurnInput> = {}) =>
    new Reader(session.run({ ...INPUT, ...input }, stop.signal));
  return { codex, clock, agent, session, stop, run };
}

const tokens = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  cacheWriteInputTokens: 0,
  totalTokens: inputTokens + outputTokens,
});

Deno.test("a codex turn streams thinking, text and tools in order and ends with the answer", async () => {
  const { codex, run } = await open();
  const turn = run();
  codex.started();
  codex.emit("item/started", { item: { type: "userMessage", id: "u" } });
  codex.emit("item/started", { item: { type: "reasoning", id: "r" } });
  codex.emit("item/reasoning/summaryTextDelta", { itemId: "r", delta: "Hm" });
  codex.say("m1", "Running ", "it.");
  const command = {
    type: "commandExecution",
    id: "c",
    command: "/bin/bash -lc 'echo hi'",
    commandActions: [{ type: "unknown", command: "echo hi" }],
  };
  codex.emit("item/started", { item: { ...command, status: "inProgress", exitCode: null } });
  codex.emit("item/commandExecution/outputDelta", { itemId: "c", delta: "hi\n" });
  codex.emit("item/completed", { item: { ...command, status: "completed", exitCode: 0 } });
  codex.say("m2", "Done.");
  codex.complete({ durationMs: 237 });
  await turn.done;
  assert.deepEqual(await turn.news(), [
    { type: "session", id: THREAD },
    { type: "thinking", text: "" },
    { type: "thinking", text: "Hm" },
    { type: "text", text: "Running " },
    { type: "text", text: "it." },
    { type: "text_end" },
    { type: "tool", phase: "start", id: "c", name: "Bash", input: "echo hi" },
    { type: "tool", phase: "end", id: "c", name: "Bash", input: "echo hi", ok: true },
    { type: "text", text: "Done." },
    { type: "text_end" },
    { type: "result", text: "Done.", durationMs: 237 },
  ]);
  assert.ok(turn.of("alive").length > 0, "output of a command is a sign of life");
});

Deno.test("a message that came without pieces, or without its end, is shown whole", async () => {
  const { codex, run } = await open();
  const turn = run();
  codex.emit("item/completed", { item: { type: "agentMessage", id: "a", text: "All at once." } });
  codex.emit("item/agentMessage/delta", { itemId: "b", delta: "Half" });
  codex.emit("item/completed", { item: { type: "agentMessage", id: "b", text: "Half and half." } });
  codex.complete();
  await turn.done;
  assert.deepEqual(turn.of("text").map(({ text }) => text), [
    "All at once.",
    "Half",
    " and half.",
  ]);
  assert.equal(turn.of("text_end").length, 2);
});

Deno.test("what comes before the turn has an id is not lost, what belongs to another is left out", async () => {
  const { codex, run } = await open();
  codex.answers["turn/start"] = () => {
    codex.started();
    codex.emit("item/agentMessage/delta", { itemId: "m", delta: "early" });
    return { turn: { id: codex.turnId } };
  };
  const turn = run();
  await settle();
  codex.emit("item/agentMessage/delta", { turnId: "older", itemId: "x", delta: "stale" });
  codex.emit("turn/completed", { turnId: "older", turn: { id: "older", status: "interrupted" } });
  codex.complete();
  await turn.done;
  assert.deepEqual(turn.of("text").map(({ text }) => text), ["early"]);
  assert.equal(turn.of("result")[0]?.interrupted, undefined);
});

Deno.test("what a sub-agent writes and does is marked with its parent", async () => {
  const { codex, run } = await open();
  const turn = run();
  await settle();
  const item = { type: "commandExecution", id: "s", command: "ls" };
  codex.emit("item/agentMessage/delta", { threadId: "child", itemId: "m", delta: "psst" });
  codex.emit("item/started", { threadId: "child", item });
  codex.emit("item/completed", { threadId: "child", item: { ...item, status: "failed" } });
  codex.emit("turn/completed", { threadId: "child", turn: { id: "t", status: "completed" } });
  codex.complete();
  await turn.done;
  assert.deepEqual(turn.of("text"), [{ type: "text", text: "psst", parent: "child" }]);
  assert.deepEqual(turn.of("tool").map(({ parent, ok }) => [parent, ok]), [
    ["child", undefined],
    ["child", false],
  ]);
});

Deno.test("usage is what this turn has used, without what came from the cache", async () => {
  const { codex, run } = await open();
  const first = run();
  await settle();
  codex.usage(tokens(100, 10, 40), tokens(100, 10, 40));
  codex.complete();
  await first.done;
  assert.deepEqual(first.of("result")[0]?.usage, {
    inputTokens: 60,
    outputTokens: 10,
    cacheReadTokens: 40,
    cacheWriteTokens: 0,
  });
  const second = run();
  await settle();
  // After a broken stream the same numbers come again.
  codex.usage(tokens(100, 10, 40), tokens(100, 10, 40));
  codex.usage(tokens(150, 15, 40), tokens(50, 5));
  codex.complete();
  await second.done;
  assert.equal(second.of("result")[0]?.usage?.inputTokens, 50);
  assert.equal(second.of("result")[0]?.usage?.outputTokens, 5);
});

Deno.test("usage of a resumed thread leaves out what was used before", async () => {
  const { codex, run } = await open({ resume: THREAD });
  const turn = run();
  codex.usage(tokens(1000, 100), tokens(500, 50), "an-older-turn");
  await settle();
  codex.usage(tokens(1010, 103), tokens(10, 3));
  codex.complete();
  await turn.done;
  assert.equal(turn.of("result")[0]?.usage?.inputTokens, 10);
  assert.equal(turn.of("result")[0]?.usage?.outputTokens, 3);
});

Deno.test("compacting, plans and retries are shown and end", async () => {
  const { codex, run } = await open();
  const turn = run();
  await settle();
  codex.emit("item/started", { item: { type: "contextCompaction", id: "k" } });
  codex.emit("item/completed", { item: { type: "contextCompaction", id: "k" } });
  codex.emit("turn/plan/updated", {
    plan: [{ step: "Read", status: "completed" }, { step: "Write", status: "inProgress" }],
  });
  const again = {
    willRetry: true,
    error: {
      message: "Reconnecting... 1/5",
      codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 503 } },
      additionalDetails: "unexpected status 503",
    },
  };
  codex.emit("error", again);
  codex.emit("error", again);
  codex.say("m", "Back.");
  codex.complete();
  await turn.done;
  assert.deepEqual(turn.of("status"), [
    { type: "status", status: "compacting" },
    { type: "status", status: null },
    { type: "status", status: "retrying", detail: "Reconnecting... 1/5 (unexpected status 503)" },
    { type: "status", status: null },
  ]);
  assert.deepEqual(turn.of("tool").map(({ phase, name, input }) => [phase, name, input]), [
    ["start", "TodoWrite", "1 of 2: Write"],
    ["end", "TodoWrite", "1 of 2: Write"],
  ]);
});

Deno.test("a login that is refused ends the turn at the first try, and the process serves no other", async () => {
  const { codex, session, run } = await open();
  const turn = run();
  codex.started();
  codex.emit("error", {
    willRetry: true,
    error: {
      message: "Reconnecting... 1/5",
      codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 401 } },
      additionalDetails: "unexpected status 401 Unauthorized",
    },
  });
  await turn.done;
  assert.equal(codex.params("turn/interrupt").length, 1);
  const [error] = turn.of("error");
  assert.equal(error?.kind, "auth");
  assert.match(error.message, /codex login/);
  assert.equal(session.canServe(SPEC), false);
});

Deno.test("who is not logged in is told without a try, until they are", async () => {
  const codex = new FakeCodex();
  codex.answers["account/read"] = () => ({ account: null, requiresOpenaiAuth: true });
  const session = await new CodexAgent({ launcher: codex.launcher }).open(SPEC);
  const turn = new Reader(session.run(INPUT, new AbortController().signal));
  await turn.done;
  assert.equal(turn.of("error")[0]?.kind, "auth");
  assert.equal(codex.params("turn/start").length, 0);
  codex.answers["account/read"] = () => ({
    account: { type: "apiKey" },
    requiresOpenaiAuth: true,
  });
  const next = new Reader(session.run(INPUT, new AbortController().signal));
  await settle();
  codex.complete();
  await next.done;
  assert.equal(next.of("result").length, 1);
});

Deno.test("a reached usage limit tells when it ends", async () => {
  const { codex, clock, run } = await open();
  const turn = run();
  await settle();
  const resetsAt = Math.floor(clock.now() / 1000) + 3600;
  codex.emit("account/rateLimits/updated", {
    rateLimits: {
      primary: { usedPercent: 100, windowDurationMins: 300, resetsAt },
      secondary: { usedPercent: 60, windowDurationMins: 10080, resetsAt: resetsAt + 99_999 },
    },
  });
  codex.complete({
    status: "failed",
    error: { message: "You’ve hit your usage limit.", codexErrorInfo: "usageLimitExceeded" },
  });
  await turn.done;
  const [error] = turn.of("error");
  assert.equal(error?.kind, "usage_limit");
  assert.equal(error.resetAt?.getTime(), resetsAt * 1000);
});

Deno.test("an interrupt waits until codex works on the turn, and keeps the session", async () => {
  const { codex, session, run } = await open();
  const turn = run();
  await settle();
  const interrupted = session.interrupt();
  await settle();
  assert.equal(codex.params("turn/interrupt").length, 0, "codex would say there is no turn");
  codex.started();
  await interrupted;
  await turn.done;
  assert.deepEqual(codex.params("turn/interrupt"), [{ threadId: THREAD, turnId: "turn-1" }]);
  assert.equal(turn.of("result")[0]?.interrupted, true);
  assert.equal(session.alive, true);
  codex.turnId = "turn-2";
  const next = run();
  codex.started();
  codex.complete();
  await next.done;
  assert.equal(next.of("result")[0]?.interrupted, undefined);
});

Deno.test("an interrupt ends the tool that is open and the command behind it, and no other", async () => {
  const { codex, session, run } = await open();
  const begin = (id: string, processId: string) =>
    codex.emit("item/started", {
      item: { type: "commandExecution", id, processId, command: "sleep 300" },
    });
  const before = run();
  codex.started();
  begin("of-another-turn", "12");
  codex.complete();
  await before.done;
  codex.turnId = "turn-2";
  const turn = run();
  codex.started();
  begin("c", "77");
  await settle();
  await session.interrupt();
  await turn.done;
  assert.equal(turn.of("tool").at(-1)?.ok, false);
  assert.deepEqual(codex.params("thread/backgroundTerminals/terminate"), [
    { threadId: THREAD, processId: "77" },
  ]);
});

Deno.test("an interrupt while nothing runs asks nothing", async () => {
  const { codex, session } = await open();
  await session.interrupt();
  assert.equal(codex.params("turn/interrupt").length, 0);
  assert.equal(session.alive, true);
});

Deno.test("codex that does not let itself be interrupted is ended", async () => {
  const { codex, clock, session, run } = await open();
  codex.answers["turn/interrupt"] = () => SILENT;
  const turn = run();
  codex.started();
  codex.say("m", "stuck");
  await settle();
  const interrupted = session.interrupt();
  await clock.advance(5000);
  await interrupted;
  await turn.done;
  assert.deepEqual(
    [turn.of("result")[0]?.interrupted, turn.of("result")[0]?.text],
    [true, "stuck"],
  );
  assert.equal(session.alive, false);
  assert.equal(codex.child.alive, false);
});

Deno.test("an aborted signal interrupts; aborted before the start, it starts nothing", async () => {
  const { codex, stop, run } = await open();
  const turn = run();
  codex.started();
  await settle();
  stop.abort();
  await turn.done;
  assert.equal(turn.of("result")[0]?.interrupted, true);
  const late = run();
  await late.done;
  assert.deepEqual(late.events, [{ type: "result", text: "", interrupted: true }]);
  assert.equal(codex.params("turn/start").length, 1);
});

Deno.test("a reader that leaves early interrupts the turn", async () => {
  const { codex, session } = await open();
  codex.answers["turn/start"] = () => {
    codex.started();
    codex.say("m", "one");
    return { turn: { id: codex.turnId } };
  };
  for await (const event of session.run(INPUT, new AbortController().signal)) {
    if (event.type === "text") break;
  }
  assert.equal(codex.params("turn/interrupt").length, 1);
});

Deno.test("a child that dies in a turn is a crash with its stderr", async () => {
  const { codex, session, run } = await open();
  const turn = run();
  await settle();
  codex.child.stderr = "thread 'main' panicked at somewhere";
  codex.child.exit(101);
  await turn.done;
  const [error] = turn.of("error");
  assert.equal(error?.kind, "crash");
  assert.match(error.detail ?? "", /panicked/);
  assert.equal(session.alive, false);
});

Deno.test("close interrupts, lets codex end by itself, and a second close is the same", async () => {
  const { codex, session, run } = await open();
  const turn = run();
  codex.started();
  await settle();
  await Promise.all([session.close(), session.close()]);
  await turn.done;
  assert.equal(codex.params("turn/interrupt").length, 1);
  assert.equal(turn.of("result")[0]?.interrupted, true);
  assert.equal(codex.child.alive, false);
  assert.equal(session.alive, false);
});

Deno.test("only one turn runs at a time", async () => {
  const { codex, run } = await open();
  const first = run();
  await settle();
  const second = run();
  await second.done;
  assert.equal(second.of("error")[0]?.kind, "other");
  codex.complete();
  await first.done;
  assert.equal(first.of("result").length, 1);
});

Deno.test("a thread codex no longer knows, and a refused turn, end the turn", async () => {
  const { codex, run } = await open();
  codex.answers["turn/start"] = () => new Refusal("thread not found: thread-1");
  const lost = run();
  await lost.done;
  assert.equal(lost.of("error")[0]?.kind, "resume_failed");
  codex.answers["turn/start"] = () => new Refusal("input is too large");
  const refused = run();
  await refused.done;
  assert.equal(refused.of("error")[0]?.kind, "refused");
  assert.match(refused.of("error")[0]?.message ?? "", /input is too large/);
});

Deno.test("K2.1 a turn that failed before it did anything is taken out of the thread", async () => {
  const { codex, run } = await open();
  const failed = { status: "failed", error: { message: "The 'x' model is not supported" } };
  const refused = run();
  await settle();
  codex.complete(failed);
  await refused.done;
  const begun = run();
  await settle();
  codex.emit("item/agentMessage/delta", { threadId: THREAD, itemId: "m", delta: "I see" });
  codex.complete(failed);
  await begun.done;
  const reverted = codex.params("thread/revert");
  assert.deepEqual(reverted.map(({ threadId }) => threadId), [THREAD]);
  assert.equal(typeof reverted[0]!.beforeTurnId, "string");
});

Deno.test("model, effort and pictures go with the turn; the default model comes back", async () => {
  const { codex, run } = await open();
  const turn = run({
    model: "gpt-big",
    effort: "high",
    images: [{ mediaType: "image/png", data: "AAAA" }],
  });
  await settle();
  codex.complete();
  await turn.done;
  const next = run({ effort: "default" });
  await settle();
  codex.complete();
  await next.done;
  const [first, second] = codex.params("turn/start");
  assert.equal(first?.model, "gpt-big");
  assert.equal(first?.effort, "high");
  assert.deepEqual(first?.input, [
    { type: "image", url: "data:image/png;base64,AAAA" },
    { type: "text", text: "hello", text_elements: [] },
  ]);
  assert.equal(first?.sandboxPolicy, undefined);
  assert.equal(second?.model, "gpt-small");
  assert.equal("effort" in second!, false);
});

Deno.test("another permission mode is put to codex with the turn, once", async () => {
  const { codex, run } = await open();
  for (const permissionMode of ["default", "default", "bypassPermissions"] as const) {
    const turn = run({ permissionMode });
    await settle();
    codex.complete();
    await turn.done;
  }
  const sent = codex.params("turn/start").map(({ approvalPolicy, sandboxPolicy }) => [
    approvalPolicy,
    sandboxPolicy?.type,
  ]);
  assert.deepEqual(sent, [
    ["untrusted", "workspaceWrite"],
    [undefined, undefined],
    ["never", "dangerFullAccess"],
  ]);
});

Deno.test("a process serves other models and modes, not other folders, arguments or sessions", async () => {
  const { session } = await open({ extraArgs: ["-c", "a=1"], env: { A: "1" } });
  const spec = { ...SPEC, extraArgs: ["-c", "a=1"], env: { A: "1" } };
  assert.equal(session.canServe(spec), true);
  assert.equal(session.canServe({ ...spec, resume: THREAD, model: "x", effort: "low" }), true);
  assert.equal(session.canServe({ ...spec, permissionMode: "plan", instructions: "new" }), true);
  assert.equal(session.canServe({ ...spec, cwd: "/else" }), false);
  assert.equal(session.canServe({ ...spec, extraArgs: ["-c", "a=2"] }), false);
  assert.equal(session.canServe({ ...spec, env: { A: "2" } }), false);
  assert.equal(session.canServe({ ...spec, env: {} }), false);
  assert.equal(session.canServe({ ...spec, resume: "another" }), false);
  assert.equal(session.canServe({ ...spec, persist: false }), false);
});

Deno.test("closing a codex that does not react at all ends it too", async () => {
  const { codex, clock, session, run } = await open();
  codex.answers["turn/interrupt"] = () => SILENT;
  codex.child.onClosed = () => {};
  const turn = run();
  await settle();
  const closed = session.close();
  await clock.advance(5000);
  await clock.advance(1000);
  await closed;
  await turn.done;
  assert.equal(turn.of("result")[0]?.interrupted, true);
  assert.equal(codex.child.alive, false);
});

Deno.test("a turn in a process that has ended before is a crash, not a wait", async () => {
  const { codex, session, run } = await open();
  codex.child.exit(1);
  await settle();
  assert.equal(session.canServe(SPEC), false);
  const turn = run();
  await turn.done;
  assert.equal(turn.of("error")[0]?.kind, "crash");
});
