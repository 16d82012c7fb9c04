import assert from "node:assert/strict";
import fc from "fast-check";
import type { AgentEvent, SessionSpec } from "../agent.ts";
import { ClaudeAgent, loginOf, modelsOf } from "./agent.ts";
import { ClaudeSession } from "./session.ts";
import * as says from "../../../tests/support/claude_lines.ts";
import { FakeChild, FakeLauncher, type Json } from "../../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { SEEDED, spoilt, spoiltOnce } from "../../../tests/support/junk.ts";
import { assertSound } from "../../../tests/support/sound_events.ts";

const SPEC: SessionSpec = { cwd: "/w", permissionMode: "default", extraArgs: [], env: {} };

const LIMITED = {
  type: "rate_limit_event",
  rate_limit_info: { status: "rejected", resetsAt: 1_790_000_000, rateLimitType: "five_hour" },
};
const FAILED = says.result("You've hit your session limit", {
  is_error: true,
  api_error_status: 429,
  errors: ["You've hit your session limit"],
});

/** A line of every kind that is read. */
const LINES: readonly Json[] = [
  says.init(),
  says.status("compacting"),
  says.status(null),
  says.retry(1, 529, "overloaded"),
  ...says.streamedThinking(["Hm"]),
  ...says.streamedText(["Hel", "lo"], { id: "msg_2" }),
  ...says.toolCall("t1", "Bash", { command: "ls", description: "List" }),
  says.toolResult("t1", "a.txt"),
  says.synthetic("Made up", "server_error"),
  says.whole([{ type: "text", text: "Sub" }], { parent: "t1" }),
  says.canUseTool("q1", "Bash", { command: "rm x", description: "Remove" }, {
    permission_suggestions: [{ type: "addRules", destination: "localSettings", rules: [] }],
  }),
  says.canUseTool("q2", "AskUserQuestion", {
    questions: [{ question: "Which?", options: [{ label: "A", description: "first" }] }],
  }),
  says.canUseTool("q3", "Write", { file_path: "/w/a", content: "x" }),
  says.canUseTool("q4", "mcp__x__y", { deep: { er: [1] } }),
  { type: "control_cancel_request", request_id: "q1" },
  says.ok("ductor-1", { models: [{ value: "opus", displayName: "Opus" }] }),
  says.refused("ductor-2", "no"),
  LIMITED,
  says.result("Hello"),
  FAILED,
];

/** A session on a CLI that answers what it is asked, and says what it is told to. */
function setup() {
  const child = new FakeChild();
  let lines: readonly Json[] = [];
  child.onWrite = (message) => {
    if (message.type === "control_request") child.say(says.ok(message.request_id));
    if (message.type === "user") child.say(says.init(), ...lines);
  };
  const session = new ClaudeSession(child, SPEC, new FakeClock());
  return {
    child,
    async turn(...said: readonly Json[]): Promise<AgentEvent[]> {
      lines = said;
      const events: AgentEvent[] = [];
      const input = { text: "hi", permissionMode: "default" } as const;
      for await (const event of session.run(input, new AbortController().signal)) {
        events.push(event);
        // Whatever is asked gets an answer.
        if (event.type === "permission") await event.respond({ behavior: "allow_session" });
      }
      // What comes after the end belongs to no turn.
      await settle();
      return events;
    },
  };
}

const END = says.result("The end");

Deno.test("K10.2 claude: a list of nothing in a message costs that message only", async () => {
  const { turn } = setup();
  const events = await turn(
    { type: "assistant", message: { content: [null] } },
    ...says.streamedText(["Hello"]),
    says.result("Hello"),
  );
  assertSound(events);
  assert.deepEqual(events.at(-1), {
    type: "result",
    text: "Hello",
    costUsd: 0.01,
    durationMs: 120,
    usage: { inputTokens: 12, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2 },
  });
});

Deno.test("K10.2 claude: whatever stands wrong in one line, the turn ends and the next one works", async () => {
  const { turn } = setup();
  // Every wrong line in one turn; those that pass for a result would end it.
  const wrong = LINES.flatMap((line) => [...spoiltOnce(line)])
    .filter((line) => line?.type !== "result");
  assertSound(await turn(...wrong, END));
  for (const line of [...spoiltOnce(says.result("Hello")), ...spoiltOnce(FAILED)]) {
    const events = await turn(LIMITED, line, END);
    assertSound(events);
  }
  const events = await turn(...says.streamedText(["Fine"], { id: "msg_9" }), says.result("Fine"));
  assertSound(events);
  assert.ok(events.some((event) => event.type === "result" && event.text === "Fine"));
});

Deno.test("K10.2 claude: several wrong things in several lines neither end a session nor confuse it", () =>
  fc.assert(
    fc.asyncProperty(fc.array(spoilt(LINES), { minLength: 1, maxLength: 6 }), async (wrong) => {
      const { turn } = setup();
      assertSound(await turn(...wrong, END));
      const events = await turn(says.result("Fine"));
      assertSound(events);
      assert.ok(events.some((event) => event.type === "result" && event.text === "Fine"));
    }),
    SEEDED,
  ));

Deno.test("K10.2 claude: a request that cannot be read is refused, so that the CLI does not wait for ever", async () => {
  const { turn, child } = setup();
  const text = '{"type":"control_request","request_id":"q9","request":{"subtype":"can_use_tool",' +
    `"tool_name":"mcp__x__y","input":{"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}}}}`;
  assertSound(await turn(text, END));
  const answer = child.written.find((message) => message.response?.request_id === "q9");
  assert.equal(answer?.response.subtype, "error");
});

Deno.test("K10.2 claude: junk among its models and in its login costs that entry only", async () => {
  for (const junk of spoiltOnce({ models: [{ value: "opus", supportedEffortLevels: ["low"] }] })) {
    for (const { id, name, efforts } of modelsOf(junk?.models)) {
      assert.equal(typeof id, "string");
      assert.equal(typeof name, "string");
      assert.ok(efforts.every((effort) => typeof effort === "string"));
    }
  }
  assert.deepEqual(modelsOf([null, { value: "opus" }]).map(({ id }) => id), ["opus"]);
  for (const junk of spoiltOnce({ loggedIn: true, email: "a@b.c", authMethod: "none" })) {
    loginOf(JSON.stringify(junk));
  }
  const launcher = new FakeLauncher();
  launcher.onLaunch = (child) => {
    child.onWrite = ({ request_id }) =>
      child.say(
        null,
        { type: "control_response", response: null },
        [],
        says.ok(request_id, {
          models: [null, { value: "opus" }],
        }),
      );
  };
  const models = await new ClaudeAgent({ launcher, clock: new FakeClock() }).models();
  assert.deepEqual(models.map(({ id }) => id), ["opus"]);
});
