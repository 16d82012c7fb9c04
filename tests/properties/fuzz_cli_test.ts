/** Whatever a CLI writes: a turn that ends, sound events, and nothing that reaches the bot as an error. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { AgentEvent, SessionSpec } from "../../src/agents/agent.ts";
import { ClaudeSession } from "../../src/agents/claude/session.ts";
import * as says from "../support/claude_lines.ts";
import { FakeChild, type Json } from "../support/fake_child.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { anyJson, fuzz, near } from "../support/fuzz.ts";
import { assertSound } from "../support/sound_events.ts";

const SPEC: SessionSpec = { cwd: "/w", permissionMode: "default", extraArgs: [], env: {} };

const CLAUDE: readonly Json[] = [
  says.init(),
  says.status("compacting"),
  says.retry(1, 529, "overloaded"),
  ...says.streamedThinking(["Hm"]),
  ...says.streamedText(["Hel", "lo"], { id: "msg_2" }),
  ...says.toolCall("t1", "Bash", { command: "ls" }),
  says.toolResult("t1", "a.txt"),
  says.synthetic("Made up", "server_error"),
  says.whole([{ type: "text", text: "Sub" }], { parent: "t1" }),
  says.canUseTool("q1", "Bash", { command: "rm x" }),
  says.canUseTool("q2", "AskUserQuestion", {
    questions: [{ question: "W?", options: [{ label: "A" }] }],
  }),
  says.canUseTool("q3", "ExitPlanMode", { plan: "# Plan" }),
  says.ok("ductor-1", { models: [] }),
  { type: "control_cancel_request", request_id: "q1" },
  { type: "system", subtype: "hook_response", session_id: says.SESSION, output: "x" },
  { type: "prompt_suggestion", text: "Next?" },
  { type: "kind_of_2031", message: { content: [{ type: "text", text: "x" }] } },
];

/** Lines, also such that are no JSON, are cut, or come twice. */
const LINES = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: near(CLAUDE).map((value) => JSON.stringify(value) ?? "null") },
    { weight: 1, arbitrary: anyJson().map((value) => JSON.stringify(value) ?? "null") },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...CLAUDE), fc.nat(60)).map(([value, at]) =>
        JSON.stringify(value).slice(0, at)
      ),
    },
  ),
  { minLength: 1, maxLength: 12 },
);

Deno.test("K10.2 claude: any lines make a turn that ends, and the next one works", () =>
  fuzz(LINES, async (lines) => {
    const child = new FakeChild();
    let said = lines;
    child.onWrite = (message) => {
      if (message.type === "control_request") child.say(says.ok(message.request_id));
      if (message.type !== "user") return;
      child.say(says.init());
      for (const line of said) child.say(line.replaceAll("\n", " "));
      child.say(...says.streamedText(["The end"], { id: "msg_end" }), says.result("The end"));
    };
    const session = new ClaudeSession(child, SPEC, new FakeClock());
    const turn = async (): Promise<AgentEvent[]> => {
      const events: AgentEvent[] = [];
      const input = { text: "hi", permissionMode: "default" } as const;
      for await (const event of session.run(input, new AbortController().signal)) {
        events.push(event);
        if (event.type === "permission") await event.respond({ behavior: "allow" });
      }
      await settle();
      return events;
    };
    assertSound(await turn());
    said = [];
    if (!child.alive) return;
    const events = await turn();
    assertSound(events);
    assert.ok(["result", "error"].includes(events.at(-1)!.type));
    await session.close();
  }));
