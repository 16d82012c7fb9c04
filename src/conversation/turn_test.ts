import assert from "node:assert/strict";
import { AgentError, type AgentErrorKind, type AgentEvent } from "../agents/agent.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { aborted, permission, type Script } from "../../tests/support/scripted_agent.ts";
import { TurnBench } from "../../tests/support/turn_bench.ts";
import { type Config, defaultConfig } from "../config/schema.ts";
import { nextStep } from "./attempt.ts";
import { ProgramEnds } from "./conversation.ts";
import type { Ending } from "./ending.ts";
import type { Request } from "./request.ts";
import { parseDirective, runTurn } from "./turn.ts";

const text = (text: string): AgentEvent => ({ type: "text", text });

function fails(kind: AgentErrorKind, ...before: AgentEvent[]): Script {
  return async function* () {
    yield* before;
    yield { type: "error", kind, message: `No: ${kind}.` };
  };
}

/** One script after the other; the last one stays. */
function inTurn(...scripts: Script[]): Script {
  return (turn, signal) => (scripts.length > 1 ? scripts.shift()! : scripts[0]!)(turn, signal);
}

const answering: Script = async function* () {
  yield text("Here you are.");
};

/** Says something and then nothing more until it is stopped. `begun` resolves in between. */
function hanging(...before: AgentEvent[]): { script: Script; begun: Promise<void> } {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const script: Script = async function* (_turn, signal) {
    yield* before;
    resolve();
    await aborted(signal);
  };
  return { script, begun };
}

function run(bench: TurnBench, words: string, more?: Partial<Request>) {
  return runTurn(bench.request(words, more), bench.context, bench.stop.signal);
}

function failureOf(ending: Ending | undefined) {
  assert.ok(ending?.outcome === "failed" || ending?.outcome === "refused", ending?.outcome);
  return ending.failure;
}

Deno.test("turn: a first message begins a session with the memory, and is done", async () => {
  await using bench = await TurnBench.make();
  assert.equal(await run(bench, "hello"), "answered");
  const [spec] = bench.claude.opened;
  assert.deepEqual([spec!.resume, spec!.instructions], [undefined, "Memory 1."]);
  assert.deepEqual(bench.claude.turns.map(({ text }) => text), ["hello"]);
  const { answer, ending } = bench.speaker.last;
  assert.equal(answer, "You said: hello");
  assert.deepEqual(ending, { outcome: "answered", notes: [] });
  assert.deepEqual(bench.inbox, ["started 1", "done 1"]);
  const { session_id, message_count, total_cost_usd, total_tokens, memory_seen } =
    (await bench.session())!;
  assert.deepEqual(
    { session_id, message_count, total_cost_usd, total_tokens, memory_seen },
    {
      session_id: "claude-session-1",
      message_count: 1,
      total_cost_usd: 0.01,
      total_tokens: 15,
      memory_seen: "v1",
    },
  );
  assert.equal(bench.speaker.typingIn, 0);
});

Deno.test("turn: the next message goes on with the session, warm or resumed", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  await run(bench, "two");
  assert.equal(bench.claude.opened.length, 1, "the process was warm");
  await bench.pool.closeKey("7");
  await run(bench, "three");
  assert.equal(bench.claude.opened[1]!.resume, "claude-session-1");
  assert.equal((await bench.session())!.message_count, 3);
});

Deno.test("turn: a session that is too old is not gone on with, even by a warm process", async () => {
  await using bench = await TurnBench.make();
  bench.config.max_session_messages = 1;
  await run(bench, "one");
  await run(bench, "two");
  assert.deepEqual(bench.claude.opened.map(({ resume }) => resume), [undefined, undefined]);
  assert.equal((await bench.session())!.session_id, "claude-session-2");
});

Deno.test("turn: a session that cannot be resumed is replaced by a fresh one, which is said", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  await bench.pool.closeKey("7");
  bench.memory = 2;
  bench.claude.script = inTurn(fails("resume_failed"), answering);
  assert.equal(await run(bench, "two", { updateIds: [2] }), "answered");
  assert.deepEqual(bench.claude.opened.map(({ resume }) => resume), [
    undefined,
    "claude-session-1",
    undefined,
  ]);
  assert.deepEqual(bench.speaker.last.ending, {
    outcome: "answered",
    notes: [{ type: "fresh_session" }],
  });
  assert.deepEqual(
    bench.claude.turns.map(({ text }) => text),
    ["one", "two\n\n[news: v1 to v2]", "two"],
    "a fresh session begins with the memory as it is",
  );
  const session = (await bench.session())!;
  assert.deepEqual([session.session_id, session.message_count], ["claude-session-2", 1]);
});

Deno.test("K2.1 a start that fails keeps the session that there was, whatever id it came with", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  const before = await bench.session();
  for (const kind of ["auth", "refused", "other", "usage_limit", "crash"] as const) {
    await bench.pool.closeKey("7");
    bench.claude.script = async function* () {
      yield { type: "session", id: "made-up" };
      yield { type: "error", kind, message: "No." };
    };
    await run(bench, "two", { updateIds: [2] });
    assert.deepEqual(await bench.session(), before, kind);
  }
  bench.claude.script = answering;
  await run(bench, "three", { updateIds: [3] });
  assert.equal(bench.claude.opened.at(-1)!.resume, "claude-session-1");
});

Deno.test("K2.1 a session that cannot be found is only forgotten once a fresh one has answered", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  await bench.pool.closeKey("7");
  const before = await bench.session();
  bench.claude.script = inTurn(fails("resume_failed"), fails("auth"));
  assert.equal(await run(bench, "two", { updateIds: [2] }), "failed");
  assert.deepEqual(await bench.session(), before);
});

Deno.test("K2.1 a new session that never answered is not gone on with", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = inTurn(fails("auth"), answering);
  assert.equal(await run(bench, "one"), "failed");
  assert.equal(await bench.session(), undefined);
  assert.equal(await run(bench, "one"), "answered");
  assert.deepEqual(bench.speaker.last.ending, { outcome: "answered", notes: [] });
  assert.equal((await bench.session())!.session_id, "claude-session-2");
});

Deno.test("K9.2 the second refusal of the same conversation in the same way is a dead end", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  const deadEnd = async (detail: string) => {
    bench.claude.script = async function* () {
      yield { type: "error", kind: "refused_conversation", message: "Refused.", detail };
    };
    await run(bench, "two", { updateIds: [2] });
    const failure = failureOf(bench.speaker.last.ending);
    return failure.type === "agent" ? failure.deadEnd : undefined;
  };
  assert.equal(await deadEnd("messages.2: toolu_01ab has no result"), undefined);
  assert.equal(await deadEnd("against the policy"), undefined, "another reason");
  assert.equal(await deadEnd("messages.2: toolu_01ab has no result"), undefined);
  assert.equal(await deadEnd("messages.4: toolu_77 has no result"), "claude");
  bench.claude.script = answering;
  await run(bench, "three", { updateIds: [3] });
  assert.equal(await deadEnd("messages.4: toolu_77 has no result"), undefined, "it went on");
});

Deno.test("K1.4 a context that was shortened without a word is told, one with an answer is not", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = async function* () {
    yield { type: "compacted" };
  };
  await run(bench, "/compact");
  assert.deepEqual(bench.speaker.last.ending, {
    outcome: "answered",
    notes: [{ type: "shortened" }],
  });
  bench.claude.script = async function* () {
    yield { type: "compacted" };
    yield text("Here.");
  };
  await run(bench, "go on");
  assert.deepEqual(bench.speaker.last.ending, { outcome: "answered", notes: [] });
});

/** Chooses as `/model` does. */
async function choose(bench: TurnBench, change: Partial<Config> & { model: string }) {
  const { provider = "claude", model } = change;
  const before = await bench.context.choose(bench.address);
  const was = Object.keys(change).map((key) => [key, bench.config[key as keyof Config]]);
  Object.assign(bench.config, change);
  const replaces = { ...before, config: Object.fromEntries(was) };
  await bench.sessions.choose(bench.address, { provider, model }, replaces);
}

function backOf(bench: TurnBench) {
  const failure = failureOf(bench.speaker.last.ending);
  assert.ok(failure.type === "agent");
  return failure.back;
}

Deno.test("K2.1 a model that has not answered yet and is refused is taken back, after a /new as well", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  await choose(bench, { provider: "codex", model: "gpt" });
  await choose(bench, { provider: "codex", model: "gpt-2", reasoning_effort: "low" });
  await bench.sessions.reset(bench.address, "codex");
  bench.codex.script = fails("refused");
  assert.equal(await run(bench, "two", { updateIds: [] }), "failed");
  const used = { provider: "claude", model: "opus" } as const;
  const refused = { provider: "codex", model: "gpt-2" };
  assert.deepEqual(backOf(bench), { refused, used, again: true });
  const { provider, model, reasoning_effort } = defaultConfig();
  assert.deepEqual(
    [bench.config.provider, bench.config.model, bench.config.reasoning_effort],
    [provider, model, reasoning_effort],
  );
  await run(bench, "three");
  assert.deepEqual(bench.claude.turns.map(({ text }) => text), ["one", "three"]);
  const entry = (await bench.sessions.get(bench.address))!;
  assert.deepEqual(Object.keys(entry.provider_sessions), ["claude"]);
  assert.equal((await bench.session())!.session_id, "claude-session-1");
});

Deno.test("K2.1 an effort that is refused is taken back", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  const effort = bench.config.claude_effort;
  await choose(bench, { model: "opus", claude_effort: "max" });
  bench.claude.script = fails("refused");
  await run(bench, "two");
  const opus = { provider: "claude", model: "opus" } as const;
  assert.deepEqual(backOf(bench), {
    refused: { ...opus, effort: "max" },
    used: { ...opus, effort },
    again: true,
  });
  assert.equal(bench.config.claude_effort, effort);
});

Deno.test("K2.1 a model that has answered is not taken back, nor one for a failure of another", async () => {
  await using bench = await TurnBench.make();
  await choose(bench, { model: "haiku" });
  await run(bench, "one");
  bench.claude.script = fails("refused");
  assert.equal(await run(bench, "two"), "refused");
  assert.equal(backOf(bench), undefined);
  // Chosen while a turn runs that fails.
  bench.claude.script = async function* () {
    await choose(bench, { model: "sonnet" });
    yield { type: "error", kind: "refused", message: "No." };
  };
  await run(bench, "three");
  assert.equal(backOf(bench), undefined);
  bench.claude.script = fails("rate_limit");
  await run(bench, "four");
  assert.equal(backOf(bench), undefined, "which says nothing about the model");
  assert.equal((await bench.context.choose(bench.address)).model, "sonnet");
});

Deno.test("K2.1 a session is on disk as soon as it does something", async () => {
  await using bench = await TurnBench.make();
  const { script, begun } = hanging({ type: "thinking", text: "" });
  bench.claude.script = script;
  const turn = run(bench, "one");
  await begun;
  await settle();
  assert.equal((await bench.session())!.session_id, "claude-session-1");
  bench.stop.abort();
  await turn;
});

Deno.test("turn: a crash before anything was done is tried once more, and recorded once", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = inTurn(fails("crash"), answering);
  assert.equal(await run(bench, "hello"), "answered");
  assert.equal(bench.claude.turns.length, 2);
  assert.equal(bench.speaker.replies.length, 1);
  assert.equal(bench.speaker.last.answer, "Here you are.");
  const { message_count, total_cost_usd } = (await bench.session())!;
  assert.deepEqual([message_count, total_cost_usd], [1, 0.01]);
});

Deno.test("turn: a second crash is a failure, which waits for a decision", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = fails("crash");
  assert.equal(await run(bench, "hello"), "failed");
  assert.equal(bench.claude.turns.length, 2);
  assert.deepEqual(bench.inbox, ["started 1", "parked 1"]);
  const failure = failureOf(bench.speaker.last.ending);
  assert.ok(failure.type === "agent" && failure.end.kind === "crash");
  assert.equal(failure.other, "codex");
});

Deno.test("turn: what was said or done before a crash is not done twice", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = fails("crash", text("I begin"));
  assert.equal(await run(bench, "hello"), "failed");
  assert.equal(bench.claude.turns.length, 1);
  assert.equal(bench.speaker.last.answer, "I begin");
});

Deno.test("turn: what would fail again is over, and does not wait for anything", async () => {
  await using bench = await TurnBench.make();
  bench.codex.installed = false;
  bench.claude.script = fails("refused");
  assert.equal(await run(bench, "hello"), "refused");
  assert.deepEqual(bench.inbox, ["started 1", "done 1"]);
  const failure = failureOf(bench.speaker.last.ending);
  assert.equal(failure.type === "agent" && failure.other, undefined);
});

Deno.test("turn: a session that cannot be opened is a failure of the agent", async () => {
  await using bench = await TurnBench.make();
  bench.claude.broken = new AgentError("not_found", "Claude Code is not installed.");
  assert.equal(await run(bench, "hello"), "failed");
  const failure = failureOf(bench.speaker.last.ending);
  assert.ok(failure.type === "agent" && failure.end.kind === "not_found");
  assert.equal(await bench.session(), undefined);
});

Deno.test("turn: stopping it keeps what was said and asks nothing of anybody", async () => {
  await using bench = await TurnBench.make();
  const { script, begun } = hanging(text("Once upon"));
  bench.claude.script = script;
  const ended = run(bench, "a story");
  await begun;
  bench.stop.abort();
  assert.equal(await ended, "stopped");
  assert.deepEqual(bench.speaker.last.ending, { outcome: "stopped" });
  assert.deepEqual(bench.inbox, ["started 1", "done 1"]);
  assert.equal(bench.claude.turns.length, 1);
});

Deno.test("turn: a crash of what is being stopped is not tried again", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = async function* (_turn, signal) {
    await aborted(signal);
    yield { type: "error", kind: "crash", message: "Gone." };
  };
  const ended = run(bench, "a story");
  while (bench.claude.turns.length === 0) await settle();
  bench.stop.abort();
  assert.equal(await ended, "stopped");
  assert.equal(bench.claude.turns.length, 1);
});

Deno.test("turn: one that the end of the program cut off waits for a decision", async () => {
  await using bench = await TurnBench.make();
  const { script, begun } = hanging();
  bench.claude.script = script;
  const ended = run(bench, "a story");
  await begun;
  bench.stop.abort(new ProgramEnds());
  assert.equal(await ended, "failed");
  assert.equal(failureOf(bench.speaker.last.ending).type, "program_ends");
  assert.deepEqual(bench.inbox, ["started 1", "parked 1"]);
});

Deno.test("K11.9 turn: one that waits for a person when the program ends goes on afterwards", async () => {
  for (const [updateIds, noted] of [[[1, 2], ["asking 1", "asking 2"]], [[], []]] as const) {
    await using bench = await TurnBench.make();
    const { script, begun } = hanging();
    bench.claude.script = script;
    const ended = run(bench, "a story", { updateIds });
    await begun;
    bench.stop.abort(new ProgramEnds(true));
    // What came from nobody, as the event of a webhook, is not on disk and ends here.
    assert.equal(await ended, updateIds.length > 0 ? "asking" : "failed");
    assert.deepEqual(bench.inbox.filter((line) => !line.startsWith("started")), noted);
  }
});

Deno.test("turn: a silent agent is given up", async () => {
  await using bench = await TurnBench.make();
  const { script, begun } = hanging();
  bench.claude.script = script;
  const ended = run(bench, "a story");
  await begun;
  await bench.clock.advance(bench.config.cli_timeout * 1000);
  assert.equal(await ended, "failed");
  const failure = failureOf(bench.speaker.last.ending);
  assert.equal(failure.type === "agent" && failure.end.kind, "timeout");
});

Deno.test("turn: a session is told what is new in the memory once", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "one");
  await run(bench, "two");
  bench.memory = 2;
  await run(bench, "/compact");
  await run(bench, "three");
  await run(bench, "four");
  assert.deepEqual(bench.claude.turns.map(({ text }) => text), [
    "one",
    "two",
    "/compact",
    "three\n\n[news: v1 to v2]",
    "four",
  ]);
});

Deno.test("turn: the message after a shortened session asks to keep what must last", async () => {
  await using bench = await TurnBench.make();
  bench.claude.script = inTurn(async function* () {
    yield { type: "status", status: "compacting" };
    yield { type: "status", status: null };
    yield text("Done.");
  }, answering);
  await run(bench, "one");
  assert.deepEqual(bench.speaker.last.statuses, ["compacting", null]);
  await run(bench, "two");
  assert.match(bench.claude.turns[1]!.text, /^two\n\n\[ductor, not the user: .*shortened/);
});

Deno.test("turn: @model asks that model once, in its own session", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "@haiku hello");
  assert.equal(bench.claude.turns[0]!.model, "haiku");
  assert.equal(bench.claude.turns[0]!.text, "hello");
  assert.equal((await bench.sessions.get(bench.address))!.model, "opus", "the choice stays");
});

Deno.test("turn: @model alone is explained, under the id of the turn", async () => {
  await using bench = await TurnBench.make();
  assert.equal(await run(bench, "@haiku"), "answered");
  assert.deepEqual(bench.claude.turns, []);
  const [{ ending, id }] = bench.speaker.ends as [{ ending: Ending; id: string }];
  assert.deepEqual(ending, {
    outcome: "answered",
    notes: [{ type: "no_question", model: "haiku" }],
  });
  assert.ok(id);
  assert.deepEqual(bench.inbox, ["started 1", "done 1"]);
});

Deno.test("turn: the agent gets what was fetched, and is not asked when that was stopped", async () => {
  await using bench = await TurnBench.make();
  const attachments = [{ fileId: "f" }] as unknown as NonNullable<Request["attachments"]>;
  const images = [{ mediaType: "image/png", data: "AA==" }];
  bench.receive = () => Promise.resolve({ text: "hello, see photo.png", images });
  await run(bench, "hello", { attachments });
  assert.equal(bench.claude.turns[0]!.text, "hello, see photo.png");
  assert.deepEqual(bench.claude.turns[0]!.images, images);
  bench.receive = () => Promise.resolve(bench.stop.abort()).then(() => ({}));
  assert.equal(await run(bench, "hello", { attachments }), "stopped");
  assert.equal(bench.claude.turns.length, 1);
});

Deno.test("turn: an answer is not lost because its session cannot be recorded", async () => {
  await using bench = await TurnBench.make();
  bench.sessions.began = bench.sessions.record = () => Promise.reject(new Error("disk full"));
  assert.equal(await run(bench, "hello"), "answered");
  assert.equal(bench.speaker.last.answer, "You said: hello");
});

Deno.test("turn: a fault of ductor is said, and the message waits for a decision", async () => {
  await using bench = await TurnBench.make();
  bench.context.choose = () => Promise.reject(new TypeError("a fault"));
  assert.equal(await run(bench, "hello"), "failed");
  assert.equal(failureOf(bench.speaker.ends[0]!.ending).type, "fault");
  assert.deepEqual(bench.inbox, ["started 1", "parked 1"]);
  assert.equal(bench.speaker.typingIn, 0);
});

Deno.test("turn: nothing is thrown, not even when nothing can be said or written", async () => {
  await using bench = await TurnBench.make();
  const no = () => Promise.reject(new Error("disk full"));
  bench.context.inbox = { started: no, waiting: no, done: no, park: no, asking: no };
  bench.speaker.end = no;
  assert.equal(await run(bench, "hello"), "failed");
});

Deno.test("turn: an open question is taken back with the turn", async () => {
  await using bench = await TurnBench.make();
  const { script, begun } = hanging(permission());
  bench.claude.script = script;
  const ended = run(bench, "what time is it?");
  await begun;
  const [{ question, signal }] = bench.speaker.questions as [
    typeof bench.speaker.questions[number],
  ];
  assert.equal(question.userId, 7);
  bench.stop.abort();
  await ended;
  assert.ok(signal.aborted);
});

Deno.test("next step: again only where nothing was done and it may help", () => {
  const step = (
    kind: AgentErrorKind | undefined,
    { acted = false, resumed = true, stopped = false, crashed = false } = {},
  ) => {
    const end = kind === undefined
      ? { type: "result" as const, text: "" }
      : { type: "error" as const, kind, message: "" };
    return nextStep({ end, acted, resumed }, { stopped, crashed });
  };
  assert.equal(step(undefined), "end");
  assert.equal(step("crash"), "again");
  assert.equal(step("crash", { crashed: true }), "end");
  assert.equal(step("crash", { acted: true }), "end");
  assert.equal(step("crash", { stopped: true }), "end");
  assert.equal(step("resume_failed"), "fresh");
  assert.equal(step("resume_failed", { crashed: true }), "fresh");
  assert.equal(step("resume_failed", { resumed: false }), "end");
  assert.equal(step("resume_failed", { acted: true }), "end");
  for (const kind of ["auth", "usage_limit", "rate_limit", "timeout", "refused"] as const) {
    assert.equal(step(kind), "end", kind);
  }
});

const isModel = (name: string) => ["opus", "sonnet", "gpt-5.2"].includes(name.toLowerCase());

Deno.test("turn: @agent asks that one once, with its own model", async () => {
  await using bench = await TurnBench.make();
  await run(bench, "@Codex hello");
  assert.deepEqual(bench.codex.turns.map(({ text, model }) => [text, model]), [[
    "hello",
    undefined,
  ]]);
  await run(bench, "@claude and you?");
  assert.deepEqual(bench.claude.turns.map(({ text }) => text), ["and you?"]);
});

Deno.test("parseDirective() takes a known model at the start, in any case", () => {
  assert.deepEqual(parseDirective("@opus explain", isModel), { model: "opus", text: "explain" });
  assert.deepEqual(parseDirective("  @OPUS\nexplain", isModel), { model: "OPUS", text: "explain" });
  assert.deepEqual(parseDirective("@gpt-5.2 x", isModel), { model: "gpt-5.2", text: "x" });
});

Deno.test("parseDirective() leaves the text empty when only the model was named", () => {
  assert.deepEqual(parseDirective("@opus", isModel), { model: "opus", text: "" });
});

Deno.test("parseDirective() leaves names that are no models as they were written", () => {
  for (const text of ["@john hi", "mail @opus", "@opusX hi", "@ opus", "@opus, hi", ""]) {
    assert.deepEqual(parseDirective(text, isModel), { text });
  }
});
