import assert from "node:assert/strict";
import type { AgentEvent, SessionSpec, TurnInput } from "../agent.ts";
import { argumentsFor } from "./arguments.ts";
import { ClaudeSession } from "./session.ts";
import * as says from "../../../tests/support/claude_lines.ts";
import { FakeChild, type Json } from "../../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";

const SPEC: SessionSpec = {
  cwd: "/w",
  permissionMode: "default",
  extraArgs: [],
  env: { A: "1" },
};

/** A session on a scripted CLI that answers control requests and interrupts like the real one. */
function setup(changes: Partial<SessionSpec> = {}) {
  const spec = { ...SPEC, ...changes };
  const clock = new FakeClock();
  const child = new FakeChild();
  /** Answers to user messages, in order. */
  const script: ((child: FakeChild) => void)[] = [];
  let deaf = false;
  child.onWrite = (message) => {
    if (message.type === "control_request") {
      if (deaf) return;
      child.say(says.ok(message.request_id));
      if (message.request.subtype === "interrupt" && busy) {
        busy = false;
        child.say(...says.interrupted());
      }
    } else if (message.type === "user") {
      busy = true;
      child.say(says.init());
      script.shift()?.(child);
    }
  };
  let busy = false;
  const session = new ClaudeSession(child, spec, clock);
  const run = (text: string, settings: Partial<TurnInput> = {}, signal?: AbortSignal) => {
    const { model, permissionMode } = spec;
    const input = { text, permissionMode, ...model !== undefined && { model }, ...settings };
    const events: AgentEvent[] = [];
    const done = (async () => {
      for await (const event of session.run(input, signal ?? new AbortController().signal)) {
        events.push(event);
      }
      return events;
    })();
    return { events, done };
  };
  return {
    spec,
    clock,
    child,
    session,
    run,
    answers: (...lines: Json[]) => script.push((child) => child.say(...lines)),
    then: (act: (child: FakeChild) => void) => script.push(act),
    makeDeaf: () => deaf = true,
    idle: () => busy = false,
    sent: (subtype: string) =>
      child.written.filter((message) => message.request?.subtype === subtype),
    users: () => child.written.filter((message) => message.type === "user"),
  };
}

const last = (events: AgentEvent[]) => events.at(-1)!;

Deno.test("arguments: everything set is given, nothing that is secret or long", () => {
  const args = argumentsFor({
    ...SPEC,
    model: "opus",
    effort: "high",
    maxTurns: 0,
    maxBudgetUsd: 2.5,
    resume: "id-1",
    persist: false,
    instructions: "SECRET MEMORY",
    extraArgs: ["--add-dir", "/x"],
    env: { TOKEN: "SECRET" },
  }).join(" ");
  assert.equal(
    args,
    "-p --input-format stream-json --output-format stream-json --verbose " +
      "--include-partial-messages --permission-mode default --permission-prompt-tool stdio " +
      "--replay-user-messages --disallowedTools=CronCreate,CronDelete,CronList,ScheduleWakeup " +
      "--model opus --effort high --max-turns 0 --max-budget-usd 2.5 --resume id-1 " +
      "--no-session-persistence --add-dir /x",
  );
  const least = argumentsFor({ ...SPEC, model: "default", effort: "" });
  for (const flag of ["--model", "--effort", "--resume", "--max-turns"]) {
    assert.ok(!least.includes(flag), flag);
  }
});

Deno.test("session: instructions go with the first message to the process, not in argv", () => {
  const { child } = setup({ instructions: "remember the milk" });
  assert.deepEqual(child.written[0]?.request, {
    subtype: "initialize",
    appendSystemPrompt: "remember the milk",
  });
});

Deno.test("session: a turn streams, ends once, and tells id, usage, time and cost", async () => {
  const { session, run, answers } = setup();
  answers(...says.streamedText(["Hel", "lo"]), says.result("Hello", { total_cost_usd: 0.25 }));
  const events = await run("hi").done;
  assert.deepEqual(events.filter((event) => event.type !== "alive"), [
    { type: "session", id: says.SESSION, model: "claude-opus-4-8[1m]" },
    { type: "text", text: "Hel" },
    { type: "text", text: "lo" },
    { type: "text_end" },
    {
      type: "result",
      text: "Hello",
      usage: { inputTokens: 12, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2 },
      costUsd: 0.25,
      durationMs: 120,
    },
  ]);
  assert.equal(session.id, says.SESSION);
});

Deno.test("session: the cost is that of the turn, though the CLI adds it up", async () => {
  const { run, answers } = setup();
  answers(says.result("one", { total_cost_usd: 0.25 }));
  answers(says.result("two", { total_cost_usd: 0.75 }));
  const [one, two] = [last(await run("1").done), last(await run("2").done)];
  assert.deepEqual([one, two].map((end) => end.type === "result" && end.costUsd), [0.25, 0.5]);
});

Deno.test("session: a message is text, or pictures and text", async () => {
  const { run, answers, users } = setup();
  const images = [{ mediaType: "image/png", data: "AAAA" }];
  for (let i = 0; i < 3; i++) answers(says.result("ok"));
  await run("plain").done;
  await run("look", { images }).done;
  await run("", { images }).done;
  const picture = {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: "AAAA" },
  };
  assert.deepEqual(users().map((message) => message.message.content), [
    "plain",
    [picture, { type: "text", text: "look" }],
    [picture],
  ]);
});

Deno.test("session: model and mode are changed in the process, once, before the message", async () => {
  const { run, answers, child } = setup({ model: "opus" });
  for (let i = 0; i < 3; i++) answers(says.result("ok"));
  await run("1", { model: "opus" }).done;
  await run("2", { model: "sonnet", permissionMode: "plan" }).done;
  await run("3", { model: "sonnet", permissionMode: "plan" }).done;
  assert.deepEqual(
    child.written.map((message) =>
      message.message?.content ?? message.request.model ?? message.request.mode ??
        message.request.subtype
    ),
    ["initialize", "1", "sonnet", "plan", "2", "3"],
  );
});

Deno.test("K11.7 session: after a plan was approved the next turn plans again, if that is the mode", async () => {
  for (const permissionMode of ["plan", "bypassPermissions"] as const) {
    const { run, answers, child } = setup({ permissionMode });
    // The CLI leaves the mode by itself when the plan is carried out.
    answers(says.status(null, { permissionMode: "default" }), says.result("ok"));
    answers(says.result("ok"));
    for (const text of ["1", "2"]) await run(text, { permissionMode }).done;
    const modes = child.written.flatMap(({ request }) => request?.mode ?? []);
    assert.deepEqual(modes, permissionMode === "plan" ? ["plan"] : []);
  }
});

Deno.test("session: no model means the CLI's own, also after another one", async () => {
  const { run, answers, child } = setup({ model: "opus" });
  answers(says.result("ok"));
  const { done } = run("1", { model: "default" });
  await done;
  assert.equal(child.written[1]?.request.model, "default");
});

Deno.test("session: settings that the CLI refuses end the turn and nothing is sent", async () => {
  const { run, child, session, users } = setup();
  const answer = child.onWrite;
  child.onWrite = (message, self) => {
    if (message.request?.subtype !== "set_permission_mode") return answer(message, self);
    self.say(says.refused(message.request_id, "not launched with it"));
  };
  const end = last(await run("x", { permissionMode: "bypassPermissions" }).done);
  assert.ok(end.type === "error" && end.kind === "refused");
  assert.match(end.message, /not launched with it/);
  assert.equal(users().length, 0);
  assert.equal(session.alive, true);
});

Deno.test("session: an interrupt ends the turn, keeps the session, and is sent once", async () => {
  const { session, run, answers, sent, child } = setup();
  answers(...says.streamedText(["par", "tial"]).slice(0, 3));
  answers(says.result("after"));
  const turn = run("long");
  await settle();
  await Promise.all([session.interrupt(), session.interrupt()]);
  const end = last(await turn.done);
  assert.ok(end.type === "result" && end.interrupted === true);
  assert.equal(sent("interrupt").length, 1);
  assert.equal(child.kills.length, 0);
  const next = last(await run("again").done);
  assert.ok(next.type === "result" && next.text === "after" && !next.interrupted);
});

Deno.test("session: an interrupt that comes too late does not spoil the answer", async () => {
  const { session, run, then, idle, child } = setup();
  then(() => {});
  const turn = run("quick");
  await settle();
  idle();
  const stopping = session.interrupt();
  child.say(says.result("done before that"));
  await stopping;
  const end = last(await turn.done);
  assert.ok(end.type === "result" && end.text === "done before that" && !end.interrupted);
});

Deno.test("session: interrupting an idle session does nothing", async () => {
  const { session, sent } = setup();
  await session.interrupt();
  assert.equal(sent("interrupt").length, 0);
});

Deno.test("session: a process deaf to interrupts is ended; the turn counts as interrupted", async () => {
  const { session, run, then, child, clock, makeDeaf } = setup();
  then(makeDeaf);
  const turn = run("hang");
  await settle();
  const stopping = session.interrupt();
  await clock.advance(5000);
  await stopping;
  const end = last(await turn.done);
  assert.ok(end.type === "result" && end.interrupted === true);
  assert.ok(child.kills.length > 0);
  assert.equal(session.alive, false);
});

Deno.test("session: aborting the signal interrupts, also before the turn began", async () => {
  const { run, then, sent, users } = setup();
  const before = last(await run("never sent", {}, AbortSignal.abort()).done);
  assert.ok(before.type === "result" && before.interrupted === true);
  assert.equal(users().length, 0);
  then(() => {});
  const stop = new AbortController();
  const turn = run("long", {}, stop.signal);
  await settle();
  stop.abort();
  const end = last(await turn.done);
  assert.ok(end.type === "result" && end.interrupted === true);
  assert.equal(sent("interrupt").length, 1);
});

Deno.test("session: a consumer that stops early interrupts the turn", async () => {
  const { session, answers, sent, run } = setup();
  answers(...says.streamedText(["a", "b"]).slice(0, 3));
  answers(says.result("next"));
  const input = { text: "x", permissionMode: "default" as const };
  for await (const event of session.run(input, new AbortController().signal)) {
    if (event.type === "text") break;
  }
  assert.equal(sent("interrupt").length, 1);
  assert.equal(last(await run("y").done).type, "result");
});

Deno.test("session: two turns at once are a mistake of the caller", async () => {
  const { session, run, then } = setup();
  then(() => {});
  const turn = run("one");
  await settle();
  const input = { text: "two", permissionMode: "default" as const };
  assert.throws(() => session.run(input, new AbortController().signal), /one turn at a time/);
  await session.interrupt();
  await turn.done;
});

Deno.test("session: a permission question is asked and answered", async () => {
  const { run, then, child } = setup();
  then((cli) => cli.say(says.canUseTool("q1", "Bash", { command: "date" })));
  const turn = run("x");
  await settle();
  const asked = turn.events.find((event) => event.type === "permission");
  assert.ok(asked?.type === "permission");
  assert.deepEqual([asked.id, asked.tool, asked.title], ["q1", "Bash", "Run a command"]);
  await asked.respond({ behavior: "deny", reason: "no" });
  await asked.respond({ behavior: "allow" });
  child.say(says.result("ok"));
  await turn.done;
  const answers = child.written.filter((message) => message.type === "control_response");
  assert.deepEqual(answers.map((message) => message.response), [{
    subtype: "success",
    request_id: "q1",
    response: { behavior: "deny", message: "Not allowed: no" },
  }]);
});

Deno.test("session: what was allowed for the session is not asked again", async () => {
  const { run, then, child } = setup();
  const ask = (id: string, command = "date && ls") => says.canUseTool(id, "Bash", { command });
  then((cli) => cli.say(ask("q1")));
  const turn = run("x");
  await settle();
  const asked = turn.events.find((event) => event.type === "permission");
  assert.ok(asked?.type === "permission");
  await asked.respond({ behavior: "allow_session" });
  child.say(ask("q2"), ask("q3", "rm x"));
  await settle();
  const answered = child.written.filter((message) => message.type === "control_response");
  assert.deepEqual(answered.map((message) => message.response.request_id), ["q1", "q2"]);
  assert.equal(turn.events.filter((event) => event.type === "permission").length, 2);
  child.say(says.result("ok"));
  await turn.done;
});

Deno.test("session: a question the CLI takes back is told, and its answer goes nowhere", async () => {
  const { run, then, child } = setup();
  then((cli) => cli.say(says.canUseTool("q1", "Bash", { command: "date" })));
  const turn = run("x");
  await settle();
  child.say({ type: "control_cancel_request", request_id: "q1" });
  child.say({ type: "control_cancel_request", request_id: "unknown" });
  await settle();
  const asked = turn.events.find((event) => event.type === "permission");
  assert.ok(asked?.type === "permission");
  await asked.respond({ behavior: "allow" });
  child.say(says.result("ok"));
  const events = await turn.done;
  assert.deepEqual(events.filter((event) => event.type === "permission_cancelled"), [
    { type: "permission_cancelled", id: "q1" },
  ]);
  assert.equal(child.written.filter((message) => message.type === "control_response").length, 0);
});

Deno.test("session: requests nobody can answer are answered all the same", async () => {
  const { child } = setup();
  child.say(
    { type: "control_request", request_id: "h1", request: { subtype: "hook_callback" } },
  );
  await settle();
  const answers = child.written.filter((message) => message.type === "control_response");
  assert.equal(answers[0]?.response.subtype, "error");
});

Deno.test("session: a rejected login is told at its second rejection, not after ten", async () => {
  const { run, then, sent, child, session } = setup();
  then((cli) => cli.say(says.retry(1, 401, "authentication_failed")));
  const turn = run("x");
  await settle();
  assert.equal(sent("interrupt").length, 0);
  child.say(says.retry(2, 401, "authentication_failed"));
  const end = last(await turn.done);
  assert.ok(end.type === "error" && end.kind === "auth");
  assert.match(end.message, /\/login/);
  assert.equal(sent("interrupt").length, 1);
  assert.equal(session.alive, true);
});

Deno.test("session: a used-up subscription is told with the exact time", async () => {
  const { run, answers } = setup();
  answers(
    { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1795422909 } },
    says.synthetic("You've hit your session limit · resets 8:35am (UTC)", "rate_limit"),
    says.result("You've hit your session limit · resets 8:35am (UTC)", {
      is_error: true,
      api_error_status: 429,
    }),
  );
  const events = await run("x").done;
  const end = last(events);
  assert.ok(end.type === "error" && end.kind === "usage_limit");
  assert.equal(end.resetAt?.getTime(), 1795422909000);
  assert.match(end.detail ?? "", /session limit/);
  assert.equal(events.some((event) => event.type === "text"), false, "it is said once");
});

Deno.test("session: the limits of the config are told in plain words", async () => {
  const { run, answers } = setup({ maxTurns: 7, maxBudgetUsd: 2 });
  for (const subtype of ["error_max_turns", "error_max_budget_usd"]) {
    answers(says.result("", { subtype, is_error: true, result: undefined, errors: ["x"] }));
  }
  const [turns, budget] = [last(await run("1").done), last(await run("2").done)];
  assert.ok(turns.type === "error" && /7 steps.*max_turns/.test(turns.message), turns.type);
  assert.ok(budget.type === "error" && /\$2 .*max_budget_usd/.test(budget.message));
});

Deno.test("session: a session to resume that is not there is useless afterwards", async () => {
  const { run, answers, session } = setup({ resume: "gone" });
  answers(says.result("", {
    subtype: "error_during_execution",
    is_error: true,
    result: undefined,
    num_turns: 0,
    terminal_reason: undefined,
    session_id: "gone",
    errors: ["No conversation found with session ID: gone"],
  }));
  const end = last(await run("x").done);
  assert.ok(end.type === "error" && end.kind === "resume_failed");
  assert.equal(session.alive, false);
  await session.close();
});

Deno.test("session: a process that ends is a crash with its last words; the tree is cleaned up", async () => {
  const { run, then, child, session } = setup();
  then((cli) => {
    cli.say(...says.streamedText(["half"]).slice(0, 3));
    cli.stderr = "Segmentation fault\n";
    cli.exit(139, "SIGSEGV");
  });
  const events = await run("x").done;
  const end = last(events);
  assert.ok(end.type === "error" && end.kind === "crash");
  assert.match(end.message, /SIGSEGV.*Segmentation fault/);
  assert.equal(end.detail, "Segmentation fault");
  assert.ok(events.some((event) => event.type === "text" && event.text === "half"));
  assert.deepEqual(child.kills.map((kill) => kill.alive), [false]);
  assert.equal(session.alive, false);
});

Deno.test("session: a process that ended before the turn is sorted too", async () => {
  const { run, child } = setup();
  child.stderr = "--dangerously-skip-permissions cannot be used with root/sudo privileges";
  child.exit(1);
  await settle();
  const end = last(await run("x").done);
  assert.ok(end.type === "error" && end.kind === "refused");
  assert.match(end.message, /root/);
});

Deno.test("session: what the CLI begins by itself does not answer our question", async () => {
  const { run, child } = setup();
  child.onWrite = () => {}; // busy with its own, it does not begin our turn yet
  child.say(says.init(), ...says.streamedText(["a task reports"], { id: "msg_own" }).slice(0, 3));
  await settle();
  const turn = run("mine");
  await settle();
  child.say(says.result("report", { total_cost_usd: 1 }), says.init());
  child.say(...says.streamedText(["yours"]), says.result("yours", { total_cost_usd: 1.5 }));
  const events = await turn.done;
  assert.deepEqual(events.filter((event) => event.type === "text"), [
    { type: "text", text: "yours" },
  ]);
  const end = last(events);
  assert.ok(end.type === "result" && end.text === "yours" && end.costUsd === 0.5);
});

Deno.test("session: a new id in the middle is told", async () => {
  const { run, answers, session } = setup();
  answers(says.init("other-id"), says.result("", { session_id: "other-id" }));
  const events = await run("/clear").done;
  assert.deepEqual(
    events.flatMap((event) => event.type === "session" ? [event.id] : []),
    [says.SESSION, "other-id"],
  );
  assert.equal(session.id, "other-id");
});

Deno.test("session: noise on stdout is a sign of life and nothing else", async () => {
  const { run, answers } = setup();
  answers("Warning: something", "[1,2]", "", says.result("ok"));
  const events = await run("x").done;
  assert.equal(last(events).type, "result");
  assert.equal(events.filter((event) => event.type === "alive").length, 3);
});

Deno.test("session: what can be served by the live process, and what needs a new one", async () => {
  const { session, spec, run, answers } = setup();
  const can = (changes: Partial<SessionSpec>) => session.canServe({ ...spec, ...changes });
  assert.ok(can({}));
  assert.ok(can({ model: "other", permissionMode: "plan", instructions: "new memory" }));
  assert.ok(can({ resume: "anything" }), "no id yet to differ from");
  assert.ok(!can({ effort: "high" }));
  assert.ok(!can({ cwd: "/elsewhere" }));
  assert.ok(!can({ env: { A: "2" } }));
  assert.ok(!can({ extraArgs: ["--x"] }));
  assert.ok(!can({ maxTurns: 3 }));
  assert.ok(!can({ maxBudgetUsd: 3 }));
  assert.ok(!can({ persist: false }));
  assert.ok(!can({ permissionMode: "bypassPermissions" }));
  answers(says.result("ok"));
  await run("x").done;
  assert.ok(can({ resume: says.SESSION }));
  assert.ok(!can({ resume: "another" }));
  await session.close();
  assert.ok(!can({}));
});

Deno.test("session: a budget counts for one answer, so a spent process is not used again", async () => {
  const { session, spec, run, answers } = setup({ maxBudgetUsd: 1 });
  answers(says.result("ok", { total_cost_usd: 0.05 }));
  answers(says.result("ok", { total_cost_usd: 0.6 }));
  await run("1").done;
  assert.ok(session.canServe(spec));
  await run("2").done;
  assert.ok(!session.canServe(spec));
});

Deno.test("session: closing interrupts, waits for the end, and cleans up the rest", async () => {
  const { session, run, then, child, sent } = setup();
  then(() => {});
  const turn = run("long");
  await settle();
  const closing = session.close();
  assert.equal(session.alive, false);
  await closing;
  await session.close();
  const end = last(await turn.done);
  assert.ok(end.type === "result" && end.interrupted === true);
  assert.equal(sent("interrupt").length, 1);
  assert.ok(child.kills.every((kill) => !kill.alive), "it had ended by itself");
});

Deno.test("session: a closed session runs nothing and says so", async () => {
  const { session, run, users } = setup();
  await session.close();
  const end = last(await run("x").done);
  assert.ok(end.type === "error" && end.kind === "crash");
  assert.equal(users().length, 0);
});

Deno.test("session: closing a process that does not end by itself takes a signal", async () => {
  const { session, child, clock } = setup();
  child.obedient = false;
  const closing = session.close();
  await clock.advance(1500);
  await closing;
  assert.equal(child.kills[0]?.alive, true);
});

Deno.test("K2.1 claude session: the id that a failed start makes up is not its id", async () => {
  const { run, session, child } = setup({ resume: says.SESSION });
  child.onWrite = (message) => {
    if (message.type === "control_request") child.say(says.ok(message.request_id));
    else child.say(says.result("No settings.", { session_id: "made-up", is_error: true }));
  };
  const events = await run("hello").done;
  assert.deepEqual(events.map(({ type }) => type), ["error"]);
  assert.equal(session.id, undefined);
});

Deno.test("session: suggestions are asked for where they are wanted, and told when they come", async () => {
  assert.ok(argumentsFor({ ...SPEC, suggestions: true }).includes("--prompt-suggestions"));
  assert.ok(!argumentsFor(SPEC).includes("--prompt-suggestions"));
  const { child, session, run, answers } = setup();
  assert.equal(session.canServe({ ...SPEC, suggestions: true }), false);
  answers(...says.streamedText(["Hello"]), says.result("Hello"));
  await run("hi").done;
  child.say({ type: "prompt_suggestion", suggestion: "run the tests", session_id: says.SESSION });
  for await (const text of session.suggestions) {
    assert.equal(text, "run the tests");
    break;
  }
  await session.close();
});
