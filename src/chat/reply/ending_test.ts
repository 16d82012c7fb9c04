import assert from "node:assert/strict";
import type { AgentErrorKind } from "../../agents/agent.ts";
import { type Ending, endingOf } from "../../conversation/ending.ts";
import { wordsOf } from "./ending.ts";

const NOW = new Date("2026-11-23T12:00:00Z");

function words(ending: Ending, { started = true, updateIds = [5] } = {}) {
  const { note, buttons } = wordsOf(ending, { started, updateIds, timeZone: "UTC", now: NOW });
  return { note, buttons: buttons.map((row) => row.map(({ action }) => action)) };
}

function failed(kind: AgentErrorKind, resetAt?: Date): Ending {
  const end = { type: "error", kind, message: "It failed.", ...resetAt && { resetAt } } as const;
  return endingOf({ end, stopped: undefined, other: "codex" });
}

Deno.test("ending: an answer speaks for itself, and a missing one is explained", () => {
  assert.deepEqual(words({ outcome: "answered" }), { note: "", buttons: [] });
  assert.match(words({ outcome: "answered" }, { started: false }).note, /nothing to say/);
  assert.equal(words({ outcome: "stopped" }).note, "_Stopped._");
  assert.equal(words({ outcome: "stopped", told: true }).note, "");
  assert.equal(words({ outcome: "stopped" }, { started: false }).note, "");
});

Deno.test("K1.4 ending: a conversation that was shortened is an answer", () => {
  const ending = { outcome: "answered", notes: [{ type: "shortened" }] } as const;
  assert.equal(words(ending, { started: false }).note, "The conversation so far is shortened.");
});

Deno.test("ending: notes stand under the answer, and before what failed", () => {
  const note = { type: "fresh_session" } as const;
  assert.match(words({ outcome: "answered", notes: [note] }).note, /so this is a fresh one\._$/);
  const failure = { type: "fault" } as const;
  assert.match(
    words({ outcome: "failed", failure, notes: [note] }).note,
    /a fresh one\._\n\n⚠️ Something went wrong/,
  );
});

Deno.test("ending: an age is told in hours, then in days", () => {
  const age = (hours: number) =>
    words({ outcome: "answered", notes: [{ type: "old_session", hours }] }).note;
  assert.match(age(1.5), /is 1 hour old/);
  assert.match(age(47.9), /is 47 hours old/);
  assert.match(age(49), /is 2 days old/);
});

Deno.test("ending: what may go better next time has a button, what will not has none", () => {
  assert.deepEqual(words(failed("crash")), { note: "⚠️ It failed.", buttons: [["again:5"]] });
  assert.deepEqual(words(failed("refused")), { note: "⚠️ It failed.", buttons: [] });
  assert.deepEqual(
    words(failed("crash"), { updateIds: [] }).buttons,
    [],
    "there is nothing to run again",
  );
  assert.deepEqual(words({ outcome: "failed", failure: { type: "program_ends" } }), {
    note: "⏸ ductor is shutting down, so this was left unfinished.",
    buttons: [["again:5"]],
  });
});

Deno.test("K9.2 ending: a session that is refused every time can be left for a new one", () => {
  assert.deepEqual(words(failed("refused_conversation")).buttons, [["again:5"]]);
  const end = { type: "error", kind: "refused_conversation", message: "Refused." } as const;
  const { note, buttons } = words(endingOf({ end, stopped: undefined, deadEnd: "claude" }));
  assert.match(note, /^⚠️ Refused\.\n\nClaude's service refuses this conversation every time/);
  assert.deepEqual(buttons, [["fresh:5:claude"], ["again:5", "drop:5"]]);
});

Deno.test("ending: at a usage limit one can wait, change the provider, or give up", () => {
  const { note, buttons } = words(failed("usage_limit", new Date("2026-11-24T14:00:00.500Z")));
  assert.equal(note, "⚠️ It failed. It resets on Tue 24 Nov at 14:00.");
  assert.deepEqual(buttons, [[`wait:5:${Date.parse("2026-11-24T14:00:01Z") / 1000}`], [
    "switch:5:codex",
  ], ["again:5", "drop:5"]]);
  const today = words(failed("usage_limit", new Date("2026-11-23T14:00:00Z")));
  assert.match(today.note, /It resets at 14:00\.$/);
  assert.deepEqual(words(failed("usage_limit")).buttons.length, 2, "nobody knows until when");
});
