import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";

/** That a turn's events are what {@link AgentEvent} says, whatever the CLI said. */
export function assertSound(events: readonly AgentEvent[]): void {
  const ends = events.filter(({ type }) => type === "result" || type === "error");
  assert.equal(ends.length, 1, "exactly one end");
  assert.equal(events.at(-1), ends[0], "nothing follows the end");
  for (const event of events) {
    for (const [key, value] of Object.entries(event)) {
      const wanted = FIELDS[key];
      assert.ok(wanted, `no such field: ${key}`);
      assert.ok(wanted(value), `${event.type}.${key} is ${JSON.stringify(value)}`);
    }
  }
}

const isText = (value: unknown) => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const isCount = (value: unknown) => typeof value === "number" && Number.isFinite(value);

const FIELDS: Record<string, (value: unknown) => boolean> = {
  type: isText,
  id: isText,
  model: isText,
  text: isText,
  parent: isText,
  phase: isText,
  name: isText,
  input: isText,
  ok: isFlag,
  status: (value) => value === null || isText(value),
  detail: isText,
  tool: isText,
  title: isText,
  reason: isText,
  subagent: isFlag,
  plan: isText,
  choices: (value) =>
    Array.isArray(value) &&
    value.every(({ header, question, options, several }) =>
      isText(header) && isText(question) && isFlag(several) &&
      (options as object[]).every((option) =>
        Object.keys(option).join() === "label,description,preview" &&
        Object.values(option).every(isText)
      )
    ),
  respond: (value) => typeof value === "function",
  usage: (value) => Object.values(value as object).every(isCount),
  costUsd: isCount,
  durationMs: isCount,
  interrupted: isFlag,
  kind: isText,
  message: isText,
  resetAt: (value) => value instanceof Date && isCount(value.getTime()),
};
