import assert from "node:assert/strict";
import type { AgentEvent } from "../agent.ts";
import { TurnMapper } from "./mapper.ts";
import * as says from "../../../tests/support/claude_lines.ts";
import type { Json } from "../../../tests/support/fake_child.ts";

/** Events of a turn, without the ones that only say "alive". */
function mapped(...messages: Json[]): AgentEvent[] {
  const mapper = new TurnMapper("/home/user/w");
  return messages.flatMap((message) => mapper.map(message))
    .filter((event) => event.type !== "alive");
}

const text = (piece: string): AgentEvent => ({ type: "text", text: piece });
const END: AgentEvent = { type: "text_end" };

Deno.test("mapper: streamed text is said once, in its pieces", () => {
  assert.deepEqual(mapped(says.init(), ...says.streamedText(["Hel", "lo"])), [
    { type: "session", id: says.SESSION, model: "claude-opus-4-8[1m]" },
    text("Hel"),
    text("lo"),
    END,
  ]);
});

Deno.test("mapper: two blocks of text of one message are two paragraphs", () => {
  assert.deepEqual(
    mapped(...says.streamedText(["one"]), ...says.streamedText(["two"], { index: 1 })),
    [text("one"), END, text("two"), END],
  );
});

Deno.test("mapper: two equal texts in two messages are both said", () => {
  assert.deepEqual(
    mapped(...says.streamedText(["same"]), ...says.streamedText(["same"], { id: "msg_2" })),
    [text("same"), END, text("same"), END],
  );
});

Deno.test("mapper: text that was never streamed is said", () => {
  assert.deepEqual(mapped(says.synthetic("## Context usage")), [text("## Context usage"), END]);
  assert.deepEqual(mapped(says.synthetic("(no content)"), says.synthetic("")), []);
});

Deno.test("mapper: the rest of a text whose stream broke off is said", () => {
  const all = says.streamedText(["first half"]);
  const broken = all.slice(0, 3);
  assert.deepEqual(
    mapped(...broken, says.whole([{ type: "text", text: "first half, second half" }])),
    [text("first half"), text(", second half")],
  );
  assert.deepEqual(
    mapped(
      ...broken,
      says.whole([{ type: "text", text: "first half, second half" }]),
      ...all.slice(-1),
    ).at(-1),
    END,
  );
});

Deno.test("mapper: a text that is begun anew ends the one that broke off", () => {
  const broken = says.streamedText(["half a"]).slice(0, 3);
  assert.deepEqual(
    mapped(...broken, ...says.streamedText(["whole"], { id: "msg_2" })),
    [text("half a"), END, text("whole"), END],
  );
  assert.deepEqual(
    mapped(...broken, says.whole([{ type: "text", text: "whole" }], { id: "msg_2" })),
    [text("half a"), END, text("whole"), END],
  );
});

Deno.test("mapper: thinking is told from text", () => {
  assert.deepEqual(mapped(...says.streamedThinking(["Let ", "me"])), [
    { type: "thinking", text: "" },
    { type: "thinking", text: "Let " },
    { type: "thinking", text: "me" },
  ]);
  assert.deepEqual(mapped(says.whole([{ type: "thinking", thinking: "hm" }])), [
    { type: "thinking", text: "hm" },
  ]);
});

Deno.test("mapper: a tool starts once, with its input in short, and ends", () => {
  const path = "/home/user/w/src/a.ts";
  assert.deepEqual(
    mapped(
      ...says.streamedText(["I look."]),
      ...says.toolCall("t1", "Read", { file_path: path }),
      says.toolResult("t1", "…"),
    ).slice(2),
    [
      { type: "tool", phase: "start", id: "t1", name: "Read", input: "src/a.ts" },
      { type: "tool", phase: "end", id: "t1", name: "Read", input: "src/a.ts", ok: true },
    ],
  );
});

Deno.test("mapper: a failed tool is not ok, and an unknown end is nothing", () => {
  const events = mapped(
    ...says.toolCall("t1", "Bash", { command: "false" }),
    says.toolResult("t1", "exit 1", true),
    says.toolResult("t9", "whose?"),
  );
  assert.deepEqual(events.map((event) => event.type === "tool" && event.ok), [undefined, false]);
});

Deno.test("mapper: a sub-agent's text and tools carry their parent, and end no paragraph", () => {
  const sub = { parent: "task1", id: "msg_sub" };
  assert.deepEqual(
    mapped(
      ...says.streamedText(["main "]).slice(0, 3),
      ...says.streamedText(["sub"], sub),
      says.whole([{ type: "text", text: "never streamed" }], { parent: "task1", id: "msg_s2" }),
      ...says.toolCall("t2", "Grep", { pattern: "x" }, sub),
      ...says.streamedText(["main "]).slice(-2),
    ),
    [
      text("main "),
      { type: "text", text: "sub", parent: "task1" },
      { type: "text", text: "never streamed", parent: "task1" },
      { type: "tool", phase: "start", id: "t2", name: "Grep", input: "x", parent: "task1" },
      END,
    ],
  );
});

Deno.test("mapper: compacting begins and ends", () => {
  assert.deepEqual(
    mapped(
      says.status("requesting"),
      says.status(null, { permissionMode: "acceptEdits" }),
      says.status("compacting"),
      says.status(null, { compact_result: "success" }),
    ),
    [{ type: "status", status: "compacting" }, { type: "status", status: null }],
  );
});

Deno.test("mapper: a retry is told with its reason and is over when something comes", () => {
  const events = mapped(says.retry(1, 529, "overloaded"), ...says.streamedText(["there"]));
  assert.deepEqual(events, [
    { type: "status", status: "retrying", detail: "the service is overloaded (attempt 1 of 10)" },
    { type: "status", status: null },
    text("there"),
    END,
  ]);
});

Deno.test("mapper: an error in words waits for the end of the turn", () => {
  const mapper = new TurnMapper();
  assert.deepEqual(mapper.map(says.synthetic("API Error: 500", "server_error")), [
    { type: "alive" },
  ]);
  assert.deepEqual(mapper.flush(), [text("API Error: 500"), END]);
  assert.deepEqual(mapper.flush(), []);
});

Deno.test("mapper: whatever is not known is a sign of life", () => {
  const mapper = new TurnMapper();
  for (
    const message of [
      {},
      { type: "new_thing" },
      { type: "system", subtype: "thinking_tokens" },
      { type: "stream_event" },
      { type: "assistant" },
      { type: "user", message: { content: "text" } },
      { type: "assistant", message: { content: [{}, { type: "image" }] } },
    ]
  ) assert.deepEqual(mapper.map(message), [{ type: "alive" }]);
});
