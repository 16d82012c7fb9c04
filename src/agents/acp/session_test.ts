import { strict as assert } from "node:assert";
import { AgentError, type AgentEvent, type SessionSpec, type TurnInput } from "../agent.ts";
import { FakeAcp, SESSION } from "../../../tests/support/fake_acp.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { INPUT, Reader, Refusal, SILENT, SPEC } from "../../../tests/support/fake_codex.ts";
import { AcpAgent } from "./agent.ts";
import { acpFacts } from "./facts.ts";

function agentOf(acme: FakeAcp, clock = new FakeClock()) {
  const { facts, args } = acpFacts("acme", { command: ["acme", "acp"], title: "Acme" });
  return new AcpAgent({ provider: "acme", cli: facts, args, launcher: acme.launcher, clock });
}

async function open(spec: Partial<SessionSpec> = {}, change: (acme: FakeAcp) => void = () => {}) {
  const acme = new FakeAcp();
  change(acme);
  const clock = new FakeClock();
  const session = await agentOf(acme, clock).open({ ...SPEC, ...spec });
  const stop = new AbortController();
  const run = (input: Partial<TurnInput> = {}) =>
    new Reader(session.run({ ...INPUT, ...input }, stop.signal));
  return { acme, clock, session, stop, run };
}

const COMMAND = {
  toolCallId: "t",
  kind: "execute",
  title: "rm -r build",
  rawInput: { command: "rm -r build", description: "Tidy up" },
};

Deno.test("acp: thinking, text and tools come in order, with the answer at the end", async () => {
  const { acme, run } = await open();
  const turn = run();
  await settle();
  acme.update({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text: "Hm" } });
  acme.say("Running ", "it.");
  acme.update({
    sessionUpdate: "tool_call",
    toolCallId: "t",
    title: "Bash",
    kind: "execute",
    status: "pending",
    rawInput: {},
  });
  acme.update({ sessionUpdate: "tool_call_update", ...COMMAND, status: "in_progress" });
  acme.update({
    sessionUpdate: "tool_call_update",
    toolCallId: "t",
    status: "completed",
    rawOutput: { metadata: { exit: 3 } },
  });
  acme.say("Done.");
  acme.update({ sessionUpdate: "usage_update", used: 1, size: 2, cost: { amount: 0.25 } });
  acme.end({ stopReason: "end_turn", usage: { inputTokens: 2, outputTokens: 3 } });
  await turn.done;
  const tool = { type: "tool", id: "t", name: "Bash", input: "rm -r build" };
  assert.deepEqual((await turn.news()).filter(({ type }) => type !== "alive"), [
    { type: "session", id: SESSION, model: "acme/small" },
    { type: "thinking", text: "Hm" },
    { type: "text", text: "Running " },
    { type: "text", text: "it." },
    { type: "text_end" },
    { ...tool, phase: "start" },
    { ...tool, phase: "end", ok: false },
    { type: "text", text: "Done." },
    {
      type: "result",
      text: "Done.",
      usage: { inputTokens: 2, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costUsd: 0.25,
    },
  ]);
});

Deno.test("acp: a new session is told its instructions once, marked as such, before its first message that is no command", async () => {
  const { acme, run } = await open({ instructions: "Be kind." });
  for (const text of ["/init", "one", "two"]) {
    const turn = run({ text });
    await settle();
    acme.end();
    await turn.done;
  }
  assert.deepEqual(acme.params("session/prompt").map(({ prompt }) => prompt), [
    [{ type: "text", text: "/init" }],
    [
      { type: "text", text: "<instructions>\nBe kind.\n</instructions>" },
      { type: "text", text: "one" },
    ],
    [{ type: "text", text: "two" }],
  ]);
});

const REMOVE = { ...COMMAND, toolCallId: "r" };
const EDIT = {
  toolCallId: "e",
  kind: "edit",
  title: "a.txt",
  content: [{ type: "diff", path: "/w/a.txt", oldText: "one", newText: "two" }],
};
const READ = { toolCallId: "l", kind: "read", title: "a.txt" };

for (
  const [mode, expected] of [
    ["bypassPermissions", ["once", "once", "once"]],
    ["acceptEdits", ["asked", "once", "asked"]],
    ["default", ["asked", "asked", "asked"]],
    ["plan", ["no", "no", "asked"]],
  ] as const
) {
  Deno.test(`acp: ${mode} decides which requests for permission are asked`, async () => {
    const { acme, run, stop } = await open();
    const turn = run({ permissionMode: mode });
    await settle();
    for (const [id, call] of [REMOVE, EDIT, READ].entries()) acme.ask(100 + id, call);
    await settle();
    assert.deepEqual([100, 101, 102].map((id) => acme.chosen(id) ?? "asked"), expected);
    stop.abort();
    await settle();
    acme.end({ stopReason: "cancelled" });
    await turn.done;
  });
}

Deno.test("acp: what is asked says all that will run; the answer goes back, a reason follows as a message", async () => {
  const { acme, run } = await open();
  const turn = run({ permissionMode: "default" });
  await settle();
  acme.ask(100, EDIT);
  await settle();
  const asked = (await turn.news()).find((event) => event.type === "permission");
  assert.ok(asked?.type === "permission");
  assert.equal(asked.detail, "/w/a.txt\n- one\n+ two");
  await asked.respond({ behavior: "deny", reason: "not that file" });
  await settle();
  assert.equal(acme.chosen(100), "no");
  acme.update({ sessionUpdate: "tool_call_update", toolCallId: "e", status: "failed" });
  acme.end();
  await settle();
  const shown = (await turn.news()).flatMap((event) => event.type === "tool" ? [event] : []);
  assert.deepEqual(shown.map(({ phase }) => phase), ["start", "end"]);
  assert.match(acme.params("session/prompt")[1]!.prompt[0].text, /not that file/);
  acme.say("Another one then.");
  acme.end();
  await turn.done;
  const last = (await turn.news()).at(-1);
  assert.ok(last?.type === "result" && last.text === "Another one then.");
});

Deno.test("acp: what is allowed runs from then on, also where the agent does not say so", async () => {
  const { acme, run } = await open();
  const turn = run({ permissionMode: "default" });
  await settle();
  acme.ask(100, { toolCallId: "g", kind: "execute", title: "make", status: "pending" });
  await settle();
  const [asked] = turn.of("permission");
  assert.equal(turn.of("tool").length, 0);
  await asked!.respond({ behavior: "allow" });
  await settle();
  assert.deepEqual(turn.of("tool").map(({ phase, input }) => [phase, input]), [["start", "make"]]);
  acme.update({ sessionUpdate: "tool_call_update", toolCallId: "g", status: "completed" });
  acme.end();
  await turn.done;
  assert.deepEqual(turn.of("tool").map(({ phase }) => phase), ["start", "end"]);
});

Deno.test("acp: an interrupt cancels what is asked and the turn; one that does not end is ended", async () => {
  const { acme, clock, run, session } = await open();
  const turn = run({ permissionMode: "default" });
  await settle();
  acme.ask(100, COMMAND);
  await settle();
  const interrupted = session.interrupt();
  await settle();
  assert.equal(acme.chosen(100), "cancelled");
  assert.equal(acme.params("session/cancel").length, 1);
  await clock.advance(5000);
  await interrupted;
  await turn.done;
  const events = await turn.news();
  assert.ok(events.some(({ type }) => type === "permission_cancelled"));
  assert.deepEqual(events.at(-1), { type: "result", text: "", interrupted: true });
  assert.equal(session.alive, false);
});

Deno.test("acp: model, effort and mode are set before the message, where they differ and are offered", async () => {
  const { acme, run } = await open();
  const turn = run({ model: "acme/big", effort: "max", permissionMode: "plan" });
  await settle();
  acme.end();
  await turn.done;
  assert.deepEqual(
    acme.params("session/set_config_option").map(({ configId, value }) => [configId, value]),
    [["model", "acme/big"], ["effort", "max"], ["mode", "plan"]],
  );
});

Deno.test("acp: what an agent says when its mode is set is no answer", async () => {
  const { acme, run } = await open({}, (acme) => {
    acme.answers["session/set_config_option"] = () => {
      acme.say("[MODE_UPDATE] plan");
      return {};
    };
  });
  const turn = run({ permissionMode: "plan" });
  await settle();
  acme.say("Hello.");
  acme.end({ _meta: { quota: { token_count: { input_tokens: 5, output_tokens: 3 } } } });
  await turn.done;
  assert.deepEqual(turn.of("text").map(({ text }) => text), ["Hello."]);
  assert.equal(turn.of("result")[0]!.usage?.outputTokens, 3);
});

Deno.test("acp: agents that have methods for model and mode are asked by those", async () => {
  const older = {
    sessionId: SESSION,
    models: {
      currentModelId: "auto",
      availableModels: [{ modelId: "auto", name: "Auto" }, { modelId: "pro", name: "Pro" }],
    },
    modes: {
      currentModeId: "default",
      availableModes: [{ id: "default", name: "Default" }, { id: "yolo", name: "YOLO" }],
    },
  };
  const { acme, run } = await open({}, ({ answers }) => {
    answers["session/new"] = () => older;
    answers["session/set_model"] = () => ({});
    answers["session/set_mode"] = () => ({});
  });
  const turn = run({ model: "pro" });
  await settle();
  acme.end();
  await turn.done;
  assert.deepEqual(acme.params("session/set_model").map(({ modelId }) => modelId), ["pro"]);
  assert.deepEqual(acme.params("session/set_mode").map(({ modeId }) => modeId), ["yolo"]);
});

Deno.test("acp: the models are those of a session that is ended at once", async () => {
  const acme = new FakeAcp();
  assert.deepEqual(await agentOf(acme).models(), [
    {
      id: "acme/small",
      name: "Acme Small",
      description: "",
      efforts: ["high", "max"],
      defaultEffort: "high",
      isDefault: true,
    },
    {
      id: "acme/big",
      name: "Acme Big",
      description: "slow",
      efforts: ["high", "max"],
      defaultEffort: "high",
      isDefault: false,
    },
  ]);
  assert.equal(acme.child.alive, false);
});

Deno.test("acp: sessions are listed newest first, page by page, of one folder; or there is no list", async () => {
  const one = (sessionId: string, cwd: string, updatedAt: string) => ({
    sessionId,
    cwd,
    title: `${sessionId}\nof mine`,
    updatedAt,
  });
  const acme = new FakeAcp();
  acme.answers["session/list"] = ({ cursor }) =>
    cursor === undefined
      ? { sessions: [one("a", "/w", "2026-01-01T00:00:00Z"), { odd: 1 }], nextCursor: "2" }
      : { sessions: [one("b", "/w", "2026-01-02T00:00:00Z"), one("c", "/v", "never")] };
  const listed = await agentOf(acme).sessions("/w");
  assert.deepEqual(listed.map(({ id, title }) => [id, title]), [["b", "b of mine"], [
    "a",
    "a of mine",
  ]]);
  assert.deepEqual((await agentOf(acme).sessions()).map(({ id }) => id), ["b", "a", "c"]);
  assert.deepEqual(acme.params("session/list")[1], { cwd: "/w", cursor: "2" });
  assert.equal(acme.child.alive, false);
  acme.answers.initialize = () => ({ protocolVersion: 1 });
  assert.deepEqual(await agentOf(acme).sessions(), []);
  assert.equal(acme.child.alive, false);
});

async function failsWith(change: (acme: FakeAcp) => void, spec: Partial<SessionSpec> = {}) {
  try {
    await open(spec, change);
  } catch (error) {
    assert.ok(error instanceof AgentError, String(error));
    return error;
  }
  throw new Error("it did not fail");
}

Deno.test("acp: a session is resumed, or loaded where it cannot be, or said to be gone", async () => {
  const resumed = await open({ resume: "old" });
  assert.deepEqual(resumed.acme.params("session/resume").map(({ sessionId }) => sessionId), [
    "old",
  ]);
  assert.equal(resumed.session.id, "old");
  const loaded = await open({ resume: "old" }, ({ answers }) => {
    answers.initialize = () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true } });
  });
  assert.equal(loaded.acme.params("session/load").length, 1);
  const none = await failsWith(({ answers }) => {
    answers.initialize = () => ({ protocolVersion: 1 });
  }, { resume: "old" });
  const gone = await failsWith(({ answers }) => {
    answers["session/resume"] = () => new Refusal("Internal error: service failure", -32603);
  }, { resume: "old" });
  assert.deepEqual([none.kind, gone.kind], ["resume_failed", "resume_failed"]);
});

Deno.test("acp: another version of the protocol, a missing login and a failing method are said", async () => {
  const version = await failsWith(({ answers }) => {
    answers.initialize = () => ({ protocolVersion: 2 });
  });
  assert.match(version.message, /Acme speaks version 2 .*ductor speaks version 1/);
  const login = await failsWith(({ answers }) => {
    answers["session/new"] = () => new Refusal("Authentication required", -32000);
  });
  assert.equal(login.kind, "auth");
  assert.match(login.message, /not logged in.*acme auth/);
  const failing = await failsWith(({ answers }) => {
    answers["session/new"] = () => new Refusal("Internal error: no room", -32603);
  });
  assert.match(failing.message, /no room/);
});

Deno.test("acp: an agent that says nothing is given up after a minute", async () => {
  const acme = new FakeAcp();
  acme.answers.initialize = () => SILENT;
  const clock = new FakeClock();
  const opened = agentOf(acme, clock).open(SPEC).catch((error) => error);
  await settle();
  await clock.advance(60_000);
  const error = await opened;
  assert.ok(error instanceof AgentError);
  assert.equal(error.kind, "timeout");
  assert.equal(acme.child.alive, false);
});

for (const [times, kind] of [[1, "none"], [2, "crash"]] as const) {
  Deno.test(`acp: a program that crashes ${times}× before its hello ends in: ${kind}`, async () => {
    let crashes = 0;
    const acme = new FakeAcp();
    const hello = acme.answers.initialize!;
    acme.answers.initialize = (params) => {
      if (crashes++ >= times) return hello(params);
      acme.child.stderr = "Error: Unexpected error";
      acme.child.exit(1);
      return SILENT;
    };
    const opened = await agentOf(acme).open(SPEC).catch((error: AgentError) => error);
    assert.equal(opened instanceof AgentError ? opened.kind : "none", kind);
    assert.equal(acme.launcher.children.length, 2);
    assert.equal(acme.launcher.children[0]!.alive, false);
  });
}

for (
  const [what, end, kind] of [
    [
      "an API key that is not valid",
      new Refusal("Internal error: invalid x-api-key", -32603),
      "auth",
    ],
    ["a request that is refused", new Refusal("Internal error: too odd", -32603), "refused"],
    ["a refusal of the model", { stopReason: "refusal" }, "refused_conversation"],
  ] as const
) {
  Deno.test(`acp: ${what} ends the turn as ${kind}, and the session goes on`, async () => {
    const { acme, run, session } = await open();
    const turn = run();
    await settle();
    acme.end(end);
    await turn.done;
    const last = (await turn.news()).at(-1);
    assert.equal(last?.type === "error" && last.kind, kind);
    const next = run();
    await settle();
    acme.end();
    await next.done;
    assert.equal((await next.news()).at(-1)?.type, "result");
    assert.equal(session.alive, true);
  });
}

Deno.test("acp: a process that ends in the middle of a turn is a crash with its reason", async () => {
  const { acme, run } = await open();
  const turn = run();
  await settle();
  acme.say("Half");
  acme.child.stderr = "Error: out of luck";
  acme.child.exit(1);
  await turn.done;
  const last: AgentEvent | undefined = (await turn.news()).at(-1);
  assert.ok(last?.type === "error" && last.kind === "crash");
  assert.match(last.message, /out of luck/);
});

Deno.test("acp: files and commands are the agent's own; other requests are answered at once", async () => {
  const { acme } = await open();
  acme.child.lines.push(JSON.stringify({
    jsonrpc: "2.0",
    id: 7,
    method: "fs/read_text_file",
    params: { sessionId: SESSION, path: "/etc/passwd" },
  }));
  await settle();
  assert.equal(acme.received.find(({ id, method }) => id === 7 && !method)?.error.code, -32601);
});

Deno.test("acp: further folders are named where that is offered, for a session that goes on too", async () => {
  const offers = (acme: FakeAcp) => {
    const hello = acme.answers.initialize!;
    acme.answers.initialize = (params) => {
      const answer = hello(params) as { agentCapabilities: Record<string, object> };
      const { sessionCapabilities } = answer.agentCapabilities;
      answer.agentCapabilities.sessionCapabilities = {
        ...sessionCapabilities,
        additionalDirectories: {},
      };
      return answer;
    };
  };
  const folders = ["/home/alice/workspace"];
  const { acme } = await open({ folders }, offers);
  assert.deepEqual(acme.params("session/new")[0]!.additionalDirectories, folders);
  const { acme: again } = await open({ folders, resume: SESSION }, offers);
  assert.deepEqual(again.params("session/resume")[0]!.additionalDirectories, folders);
  const { acme: plain } = await open({ folders });
  assert.ok(!("additionalDirectories" in plain.params("session/new")[0]!));
});
