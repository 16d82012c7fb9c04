/** What goes wrong, and how it is told apart. */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { AgentError, type AgentSession } from "../../src/agents/agent.ts";
import { takeBack } from "../../src/base/take_back.ts";
import { isRunning, until } from "../support/processes.ts";
import { type Case, nothingRuns, open, pidIn, turn } from "./subject.ts";

export const FAILURE_CASES: readonly Case[] = [
  {
    name: "an unknown model is refused by name, and another one works",
    async run(subject) {
      const { unknown, first: [known] } = subject.models;
      const session = await open(subject, { model: unknown });
      const { error } = await turn(subject, session, "hello", { model: unknown });
      assert.equal(error.kind, "refused");
      assert.ok(`${error.message} ${error.detail}`.includes(unknown), error.message);
      const next = session.alive
        ? session
        : await open(subject, { model: known, ...(session.id ? { resume: session.id } : {}) });
      const answer = await turn(subject, next, "hello", { model: known });
      assert.match(answer.result.text, /demo agent/);
      await session.close();
      await next.close();
    },
  },
  {
    name: "a login that is not valid is said at once, not after the CLI's own retries",
    async run(subject) {
      const session = await open(subject);
      const { error } = await turn(subject, session, "fail 401");
      assert.equal(error.kind, "auth");
      const tries = subject.server?.requests.filter(({ text }) => text === "fail 401").length ?? 0;
      assert.ok(tries <= 4, `said after ${tries} tries`);
      await session.close();
      await nothingRuns(subject);
    },
  },
  {
    name: "a used-up subscription is told with the time of its end",
    setup: { login: "subscription" },
    async run(subject) {
      const session = await open(subject);
      const { error } = await turn(subject, session, "usage limit");
      assert.equal(error.kind, "usage_limit");
      assert.ok(error.resetAt, "the time of its end is known");
      const minutes = (error.resetAt.getTime() - Date.now()) / 60_000;
      assert.ok(minutes > 170 && minutes < 190, `ends in ${minutes} minutes, expected 180`);
      const next = await turn(subject, session, "hello");
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "a refused request is an error, and the session goes on",
    async run(subject) {
      const session = await open(subject);
      const { error } = await turn(subject, session, "fail 400");
      assert.equal(error.kind, "refused");
      assert.match(`${error.message} ${error.detail}`, /this request is refused/);
      const next = await turn(subject, session, "hello");
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "an overloaded service is tried again",
    async run(subject) {
      const session = await open(subject);
      const answer = await turn(subject, session, "fail 529");
      assert.match(answer.result.text, /At the third try it answered/);
      await session.close();
    },
  },
  {
    name: "K1.7 a text whose stream breaks off is withdrawn, and said anew",
    async run(subject) {
      const session = await open(subject);
      const hold = subject.server?.hold();
      const answer = await turn(subject, session, "count to 60", {
        on: ({ type }) => type === "text" && hold?.cut(),
      });
      const withdrawn = answer.of("withdrawn");
      assert.equal(withdrawn.length, subject.server ? 1 : 0);
      let left = "";
      for (const event of answer.events) {
        if (event.type === "text") left += event.text;
        if (event.type === "withdrawn") left = takeBack(left, event.text);
      }
      assert.equal(left.trim(), answer.result.text.trim());
      await session.close();
    },
  },
  {
    name: "a session that does not exist is told apart",
    async run(subject) {
      const kind = await (async () => {
        try {
          const session = await open(subject, { resume: crypto.randomUUID() });
          const { error } = await turn(subject, session, "hello");
          await session.close();
          return error.kind;
        } catch (error) {
          assert.ok(error instanceof AgentError, String(error));
          return error.kind;
        }
      })();
      assert.equal(kind, "resume_failed");
      await nothingRuns(subject);
    },
  },
  {
    name: "a process killed in the middle of a text is a crash, and can be resumed",
    async run(subject) {
      const session = await open(subject);
      await turn(subject, session, "remember the word is quokka");
      // Not at the first word: Claude Code writes its record of the session a moment late, and what
      // is not on disk when it dies cannot be resumed.
      let text = "";
      const { error } = await turn(subject, session, "count to 400 slowly", {
        on: (event) => {
          if (event.type !== "text" || text.includes("6")) return;
          text += event.text;
          if (text.includes("6")) killHard(session);
        },
      });
      assert.equal(error.kind, "crash");
      assert.equal(session.alive, false);
      const again = await open(subject, { resume: session.id! });
      const answer = await turn(subject, again, "what did I say?");
      assert.match(answer.result.text, /quokka/);
      await session.close();
      await again.close();
    },
  },
  {
    name: "a process killed in the middle of a command leaves nothing running",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "pid");
      let command = 0;
      const { error } = await turn(subject, session, `run: echo $$ > ${file}; sleep 300`, {
        on: async (event) => {
          if (event.type !== "tool" || event.phase !== "start") return;
          command = await pidIn(file);
          killHard(session);
        },
      });
      assert.equal(error.kind, "crash");
      assert.ok(command > 0);
      await session.close();
      await until(async () => !await isRunning(command), "the command to be gone");
      await nothingRuns(subject);
    },
  },
];

/** As the system does it when memory runs out: no last word, and a wrapper goes with its program. */
function killHard(session: AgentSession): void {
  Deno.kill(-session.pid, "SIGKILL");
}
