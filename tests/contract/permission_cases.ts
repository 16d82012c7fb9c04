/** Permission: asked, allowed, denied, taken back. */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { AgentEvent, PermissionDecision } from "../../src/agents/agent.ts";
import { type Case, exists, open, turn } from "./subject.ts";

const ASKING = { permissionMode: "default" } as const;

/** Answers every question with the same decision, and counts them. */
function answering(decision: PermissionDecision) {
  const asked: string[] = [];
  return {
    asked,
    on: async (event: AgentEvent) => {
      if (event.type !== "permission") return;
      asked.push(`${event.tool} ${event.title} ${event.detail}`);
      await event.respond(decision);
    },
  };
}

export const PERMISSION_CASES: readonly Case[] = [
  {
    name: "a command that is allowed runs",
    async run(subject) {
      const session = await open(subject, ASKING);
      const file = join(subject.folder, "allowed");
      const { asked, on } = answering({ behavior: "allow" });
      const answer = await turn(subject, session, `run: touch ${file}`, { ...ASKING, on });
      assert.equal(asked.length, 1);
      assert.match(asked[0]!, /touch/);
      assert.equal(await exists(file), true);
      assert.equal(answer.of("tool").at(-1)?.ok, true);
      assert.equal(answer.result.interrupted ?? false, false);
      await session.close();
    },
  },
  {
    name: "a command that is denied does not run, and the session goes on",
    async run(subject) {
      const session = await open(subject, ASKING);
      const file = join(subject.folder, "denied");
      const { asked, on } = answering({ behavior: "deny", reason: "rather not" });
      const answer = await turn(subject, session, `run: touch ${file}`, { ...ASKING, on });
      assert.equal(asked.length, 1);
      assert.equal(await exists(file), false);
      assert.equal(answer.events.at(-1)?.type, "result");
      assert.equal(answer.of("tool").at(-1)?.ok, false);
      const next = await turn(subject, session, "hello", ASKING);
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "what is allowed for the session is not asked again",
    async run(subject) {
      const session = await open(subject, ASKING);
      const { asked, on } = answering({ behavior: "allow_session" });
      const file = join(subject.folder, "twice");
      await turn(subject, session, `run: touch ${file}`, { ...ASKING, on });
      await Deno.remove(file);
      await turn(subject, session, `run: touch ${file}`, { ...ASKING, on });
      assert.equal(await exists(file), true);
      assert.equal(asked.length, 1);
      await session.close();
    },
  },
  {
    name: "a question is taken back when the turn is interrupted",
    async run(subject) {
      const session = await open(subject, ASKING);
      const file = join(subject.folder, "never");
      let question = "";
      let interrupted: Promise<void> | undefined;
      const cut = await turn(subject, session, `run: touch ${file}`, {
        ...ASKING,
        on: (event) => {
          if (event.type !== "permission") return;
          question = event.id;
          interrupted = session.interrupt();
        },
      });
      await interrupted;
      assert.notEqual(question, "");
      assert.deepEqual(cut.of("permission_cancelled").map(({ id }) => id), [question]);
      assert.equal(cut.result.interrupted, true);
      assert.equal(await exists(file), false);
      const next = await turn(subject, session, "hello", ASKING);
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "the permission mode changes inside a session",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "asked");
      const { asked, on } = answering({ behavior: "allow" });
      await turn(subject, session, `run: touch ${file}-1`, { on });
      assert.equal(asked.length, 0);
      await turn(subject, session, `run: touch ${file}-2`, { ...ASKING, on });
      assert.equal(asked.length, 1);
      assert.equal(await exists(`${file}-2`), true);
      await session.close();
    },
  },
];
