import assert from "node:assert/strict";
import fc from "fast-check";
import { AgentError, type AgentEvent, type AgentSession } from "../agent.ts";
import { CodexAgent } from "./agent.ts";
import {
  FakeCodex,
  INPUT,
  type Message,
  Refusal,
  SPEC,
  THREAD,
} from "../../../tests/support/fake_codex.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { SEEDED, spoilt, spoiltOnce } from "../../../tests/support/junk.ts";
import { assertSound } from "../../../tests/support/sound_events.ts";

const TURN = "turn-1";
const note = (method: string, params: Message): Message => ({
  method,
  params: { threadId: THREAD, turnId: TURN, ...params },
});
const ask = (id: number, method: string, params: Message): Message => ({
  id,
  ...note(method, params),
});

const COMMAND = {
  type: "commandExecution",
  id: "c",
  command: "/bin/bash -lc 'echo hi'",
  commandActions: [{ type: "unknown", command: "echo hi" }],
  status: "completed",
  exitCode: 0,
};
const EDIT = {
  type: "fileChange",
  id: "f",
  changes: [{ path: "/w/a", kind: { type: "update" }, diff: "@@" }],
};
const FULL = { usedPercent: 100, resetsAt: 1_800_000_000 };

/** A line of every kind that is read. */
const LINES: readonly Message[] = [
  note("turn/started", { turn: { id: TURN, status: "inProgress" } }),
  note("item/started", { item: { type: "reasoning", id: "r" } }),
  note("item/reasoning/summaryPartAdded", { summaryIndex: 1 }),
  note("item/reasoning/summaryTextDelta", { itemId: "r", delta: "Hm" }),
  note("item/started", { item: { ...COMMAND, status: "inProgress", exitCode: null } }),
  note("item/completed", { item: COMMAND }),
  note("item/completed", { item: EDIT }),
  note("item/completed", { item: { type: "mcpToolCall", id: "m", tool: "t", server: "s" } }),
  note("item/agentMessage/delta", { itemId: "a", delta: "Hel" }),
  note("item/completed", { item: { type: "agentMessage", id: "a", text: "Hello" } }),
  note("turn/plan/updated", { plan: [{ step: "One", status: "completed" }, { step: "Two" }] }),
  note("error", {
    error: { message: "stream disconnected", additionalDetails: "later" },
    willRetry: true,
  }),
  note("thread/tokenUsage/updated", {
    tokenUsage: {
      total: { inputTokens: 9, outputTokens: 2, cachedInputTokens: 1 },
      last: { inputTokens: 9, outputTokens: 2, cachedInputTokens: 1 },
    },
  }),
  note("account/rateLimits/updated", { rateLimits: { primary: FULL, secondary: FULL } }),
  note("serverRequest/resolved", { requestId: 71 }),
  ask(71, "item/commandExecution/requestApproval", {
    itemId: "c",
    reason: "why",
    networkApprovalContext: { host: "example.org" },
  }),
  ask(72, "item/fileChange/requestApproval", { itemId: "f", grantRoot: "/w" }),
  ask(73, "item/permissions/requestApproval", {
    permissions: { network: { enabled: true } },
    reason: "x",
  }),
  ask(74, "mcpServer/elicitation/request", {
    serverName: "s",
    message: "Go on?",
    requestedSchema: { required: [] },
  }),
  ask(75, "item/tool/requestUserInput", { questions: [{ id: "q" }] }),
  { id: 0, result: { ok: true } },
  { id: 1, error: { code: -32600, message: "no" } },
  note("turn/completed", {
    turn: { id: TURN, status: "failed", error: { message: "usage limit", codexErrorInfo: "x" } },
  }),
  note("turn/completed", {
    turn: { id: TURN, status: "completed", items: [{ type: "agentMessage", text: "Hello" }] },
  }),
];

async function open() {
  const codex = new FakeCodex();
  const session = await new CodexAgent({ launcher: codex.launcher, clock: new FakeClock() })
    .open(SPEC);
  return { codex, session };
}

/** Runs a turn in which these lines come, and then its proper end. */
async function turn(
  codex: FakeCodex,
  session: AgentSession,
  lines: readonly unknown[],
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  const done = (async () => {
    for await (const event of session.run(INPUT, new AbortController().signal)) {
      events.push(event);
      if (event.type === "permission") await event.respond({ behavior: "allow_session" });
    }
  })();
  await settle();
  for (const line of lines) codex.child.lines.push(JSON.stringify(line) ?? "");
  codex.emit("turn/completed", {
    threadId: session.id,
    turn: { id: codex.turnId, items: [{ type: "agentMessage", text: "The end" }] },
  });
  await done;
  return events;
}

Deno.test("K10.2 codex: several wrong things in several lines neither end a session nor confuse it", () =>
  fc.assert(
    fc.asyncProperty(fc.array(spoilt(LINES), { minLength: 1, maxLength: 6 }), async (wrong) => {
      const { codex, session } = await open();
      assertSound(await turn(codex, session, wrong));
      codex.turnId = "turn-2";
      const events = await turn(codex, session, []);
      assertSound(events);
      assert.ok(events.some((event) => event.type === "result" && event.text === "The end"));
    }),
    SEEDED,
  ));

Deno.test("K10.2 codex: whatever stands wrong in one line, the turn ends and the next one works", async () => {
  const { codex, session } = await open();
  const wrong = LINES.flatMap((line) => [...spoiltOnce(line)]);
  const ends = (line: Message | null) => line?.method === "turn/completed";
  assertSound(await turn(codex, session, wrong.filter((line) => !ends(line))));
  for (const [number, line] of wrong.filter(ends).entries()) {
    codex.turnId = `turn-${number}`;
    const limits = note("account/rateLimits/updated", { rateLimits: { primary: FULL } });
    assertSound(await turn(codex, session, [limits, line]));
  }
});

/** Answers to the requests of a session, as they should be. */
const ANSWERS: Record<string, Message> = {
  "initialize": { userAgent: "ductor/0.169.0 (Debian)" },
  "account/read": { account: { type: "chatgpt", email: "a@b.c" }, requiresOpenaiAuth: true },
  "config/read": { config: { model: "gpt-big", developer_instructions: "x" } },
  "thread/start": { thread: { id: THREAD }, model: "gpt-small" },
  "turn/start": { turn: { id: TURN } },
};

for (const [method, answer] of Object.entries(ANSWERS)) {
  Deno.test(`K10.2 codex: a wrong answer to ${method} costs its turn at most`, async () => {
    for (const wrong of spoiltOnce(answer)) {
      const codex = new FakeCodex();
      codex.answers[method] = () => wrong;
      const agent = new CodexAgent({ launcher: codex.launcher, clock: new FakeClock() });
      let session: AgentSession;
      try {
        session = await agent.open({ ...SPEC, instructions: "Memory" });
      } catch (error) {
        assert.ok(error instanceof AgentError, `${JSON.stringify(wrong)}: ${error}`);
        continue;
      }
      codex.turnId = method === "turn/start" && wrong?.turn?.id || TURN;
      assertSound(await turn(codex, session, []));
      codex.answers[method] = () => answer;
      codex.turnId = TURN;
      assertSound(await turn(codex, session, []));
      await session.close();
    }
  });
}

Deno.test("K10.2 codex: an app server that refuses the first word is an agent that cannot be opened", async () => {
  const codex = new FakeCodex();
  codex.answers["initialize"] = () => new Refusal("not today");
  const agent = new CodexAgent({ launcher: codex.launcher, clock: new FakeClock() });
  await assert.rejects(
    agent.open(SPEC),
    (error) => error instanceof AgentError && /not today/.test(error.message),
  );
});

Deno.test("K10.2 codex: a wrong entry costs itself in its list of models", async () => {
  const good = {
    data: [{
      model: "gpt-big",
      displayName: "Big",
      supportedReasoningEfforts: [{ reasoningEffort: "low" }],
    }],
    nextCursor: null,
  };
  for (const wrong of spoiltOnce(good)) {
    const codex = new FakeCodex();
    codex.answers["model/list"] = () => wrong;
    const agent = new CodexAgent({ launcher: codex.launcher, clock: new FakeClock() });
    for (const { id, name, efforts } of await agent.models()) {
      assert.ok(typeof id === "string" && id !== "" && typeof name === "string");
      assert.ok(efforts.every((effort) => typeof effort === "string"));
    }
  }
});
