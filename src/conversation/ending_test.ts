import assert from "node:assert/strict";
import type { AgentErrorKind } from "../agents/agent.ts";
import { ageNote, endingOf } from "./ending.ts";
import type { End } from "./follow.ts";
import type { SessionEntry } from "./sessions.ts";

const ANSWER: End = { type: "result", text: "Tea." };
const error = (kind: AgentErrorKind): End => ({ type: "error", kind, message: "No." });

Deno.test("ending: what was stopped is no failure, whatever the agent makes of it", () => {
  for (const end of [ANSWER, error("crash")]) {
    assert.equal(endingOf({ end, stopped: "by_user" }).outcome, "stopped");
    const ending = endingOf({ end, stopped: "program_ends" });
    assert.deepEqual(ending, { outcome: "failed", failure: { type: "program_ends" } });
  }
  const interrupted: End = { ...ANSWER, interrupted: true };
  assert.equal(endingOf({ end: interrupted, stopped: undefined }).outcome, "stopped");
});

Deno.test("ending: what would fail again is refused, everything else may be tried again", () => {
  const outcome = (kind: AgentErrorKind) => endingOf({ end: error(kind), stopped: undefined });
  assert.equal(outcome("refused").outcome, "refused");
  assert.equal(outcome("resume_failed").outcome, "refused");
  for (const kind of ["auth", "crash", "not_found", "other", "rate_limit", "timeout"] as const) {
    assert.equal(outcome(kind).outcome, "failed", kind);
  }
});

Deno.test("ending: the notes go with the answer and with the failure", () => {
  const notes = [{ type: "fresh_session" }] as const;
  assert.deepEqual(endingOf({ end: ANSWER, stopped: undefined, notes }), {
    outcome: "answered",
    notes,
  });
  const end = error("usage_limit");
  assert.deepEqual(endingOf({ end, stopped: undefined, notes, other: "codex" }), {
    outcome: "failed",
    failure: { type: "agent", end, other: "codex" },
    notes,
  });
});

Deno.test("ending: the age of a session is told at every tenth message from the limit on", () => {
  const entry = (message_count: number): SessionEntry => ({
    chat_id: 7,
    provider: "claude",
    model: "",
    created_at: "2026-11-20T00:00:00Z",
    last_active: "2026-11-20T00:00:00Z",
    provider_sessions: {
      claude: {
        session_id: "s1",
        message_count,
        total_cost_usd: 0,
        total_tokens: 0,
        created_at: "2026-11-23T00:00:00Z",
      },
    },
  });
  const at = (hour: number) => Date.UTC(2026, 10, 23, hour);
  assert.deepEqual(ageNote(entry(10), "claude", 12, at(12)), { type: "old_session", hours: 12 });
  assert.deepEqual(ageNote(entry(20), "claude", 0.5, at(1)), { type: "old_session", hours: 1 });
  assert.equal(ageNote(entry(10), "claude", 12, at(11)), undefined, "not old yet");
  assert.equal(ageNote(entry(11), "claude", 12, at(12)), undefined, "said at the tenth");
  assert.equal(ageNote(entry(10), "claude", 0, at(12)), undefined, "never");
  assert.equal(ageNote(entry(10), "codex", 12, at(12)), undefined, "no such session");
  assert.equal(ageNote(undefined, "claude", 12, at(12)), undefined);
});
