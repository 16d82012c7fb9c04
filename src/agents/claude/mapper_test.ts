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

Deno.test("K1.7 mapper: a text that broke off is withdrawn when another message takes its place", () => {
  const broken = says.streamedText(["half a"]).slice(0, 3);
  const END_OF_BROKEN: AgentEvent = { type: "withdrawn", text: "half a" };
  assert.deepEqual(
    mapped(...broken, ...says.streamedText(["whole"], { id: "msg_2" })),
    [text("half a"), END_OF_BROKEN, text("whole"), END],
  );
  assert.deepEqual(
    mapped(...broken, says.whole([{ type: "text", text: "whole" }], { id: "msg_2" })),
    [text("half a"), END_OF_BROKEN, text("whole"), END],
  );
});

Deno.test("K1.7 mapper: the blocks that the CLI gives up are withdrawn, once", () => {
  const [start, open, delta] = says.streamedText(["half a"]);
  const event = (event: Json, more: Json = {}) => ({ type: "stream_event", event, ...more });
  const given = (from: number) => [
    event({ type: "content_block_stop", index: 0 }),
    event({ type: "message_stop" }, { abandoned_blocks: { from_block_index: from } }),
    says.retry(1, null, "unknown"),
  ];
  const again = says.streamedText(["half a text"], { id: "msg_2" });
  const events = mapped(start!, open!, delta!, ...given(0), ...again);
  assert.deepEqual(events.filter(({ type }) => type !== "status"), [
    text("half a"),
    END,
    { type: "withdrawn", text: "half a" },
    text("half a text"),
    END,
  ]);
  const whole = says.whole([{ type: "text", text: "half a" }]);
  assert.deepEqual(
    mapped(start!, open!, delta!, whole, ...given(1)).filter(({ type }) => type === "withdrawn"),
    [],
    "what was interrupted and is kept",
  );
  const sub = says.streamedText(["half"], { parent: "toolu_1" }).slice(0, 3);
  const subAgain = says.streamedText(["whole"], { id: "msg_2", parent: "toolu_1" });
  assert.ok(!mapped(...sub, ...subAgain).some(({ type }) => type === "withdrawn"));
});

Deno.test("K1.7 mapper: after a stream that broke off a whole message may stand in its place", () => {
  const [start, open, delta, , close] = says.streamedText(["half"]);
  const stop = { type: "stream_event", event: { type: "message_stop" } };
  const whole = says.whole([{ type: "text", text: "whole" }], { id: "msg_2" });
  for (const more of [{}, { abandoned_blocks: { from_block_index: 0 } }]) {
    assert.deepEqual(mapped(start!, open!, delta!, close!, { ...stop, ...more }, whole), [
      text("half"),
      END,
      { type: "withdrawn", text: "half" },
      text("whole"),
      END,
    ]);
  }
});

Deno.test("K1.7 mapper: a text that the service stops by refusing is withdrawn, though it came as a whole", () => {
  const refusal = {
    type: "stream_event",
    event: { type: "message_delta", delta: { stop_reason: "refusal" } },
  };
  const again = says.streamedText(["I cannot."], { id: "msg_2" });
  assert.deepEqual(mapped(...says.streamedText(["To pick a lock"]), refusal, ...again), [
    text("To pick a lock"),
    END,
    { type: "withdrawn", text: "To pick a lock" },
    text("I cannot."),
    END,
  ]);
});

Deno.test("mapper: equal texts in two blocks of a message both stand", () => {
  const events = mapped(
    ...says.streamedText(["same"]),
    ...says.streamedText(["same"], { index: 1 }),
    ...says.streamedText(["next"], { id: "msg_2" }),
  );
  assert.ok(!events.some(({ type }) => type === "withdrawn"));
});

Deno.test("K1.4 mapper: what the CLI repeats after it has shortened the context is no answer", () => {
  const boundary = { type: "system", subtype: "compact_boundary" };
  assert.deepEqual(
    mapped(
      boundary,
      says.synthetic("Total cost: $1"),
      says.whole([{ type: "text", text: "Earlier." }], { id: "msg_0" }),
      ...says.streamedText(["New."]),
      says.synthetic("After it."),
    ),
    [{ type: "compacted" }, text("New."), END, text("After it."), END],
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

Deno.test("K1.1 mapper: an error of a sub-agent is none of the agent's words", () => {
  const mapper = new TurnMapper();
  const said = { ...says.synthetic("API Error: 400", "unknown"), parent_tool_use_id: "t1" };
  assert.deepEqual(mapper.map(said), [{ type: "alive" }]);
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
