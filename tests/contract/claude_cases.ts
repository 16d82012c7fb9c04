/** What speakers of Claude's protocol do beside the common cases: the real CLI and the demo agent. */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { AgentEvent, AgentSession } from "../../src/agents/agent.ts";
import { isRunning, until } from "../support/processes.ts";
import { type Case, open, pidIn, turn } from "./subject.ts";

/** Texts of the turns that the session begins by itself, one each, until it is closed. */
async function wokenTexts(session: AgentSession, into: string[]): Promise<void> {
  for await (const { events } of session.background!.woken) {
    const mine: AgentEvent[] = [];
    for await (const event of events) mine.push(event);
    into.push(mine.flatMap((event) => event.type === "text" ? event.text : []).join(""));
  }
}

export const CLAUDE_CASES: readonly Case[] = [
  {
    name: "K1.1 what ends in the background wakes it; turns asked for meanwhile are answered",
    async run(subject) {
      const session = await open(subject);
      const woken: string[] = [];
      const reading = wokenTexts(session, woken);
      const file = join(subject.folder, "release");
      const command = `until [ -e ${file} ]; do sleep 0.1; done`;
      const started = await turn(subject, session, `in the background: ${command}`);
      assert.match(started.result.text, /^It runs in the background/);
      assert.deepEqual(session.background!.tasks().map(({ title }) => title), ["take a moment"]);
      const between = await turn(subject, session, "table");
      assert.match(between.result.text, /Three birds/);
      await Deno.writeTextFile(file, "");
      await session.background!.settled();
      await until(() => woken.length > 0, "the woken turn");
      assert.match(woken.join(), /take a moment.*completed[^]*it woke me up/);
      assert.deepEqual(session.background!.tasks(), []);
      const after = await turn(subject, session, "hello");
      assert.match(after.result.text, /demo agent/);
      await session.close();
      await reading;
      assert.equal(woken.length, 1);
    },
  },
  {
    name: "K1.5 what is stopped in the background ends and wakes nobody",
    async run(subject) {
      const session = await open(subject);
      const woken: string[] = [];
      const reading = wokenTexts(session, woken);
      const file = join(subject.folder, "pid");
      await turn(subject, session, `in the background: echo $$ > ${file}; sleep 300`);
      const pid = await pidIn(file);
      const ended = await session.background!.stop();
      assert.deepEqual(ended.map(({ title }) => title), ["take a moment"]);
      await until(async () => !await isRunning(pid), "the command to be gone");
      const after = await turn(subject, session, "what did I say?");
      assert.match(after.result.text, /in the background: echo/);
      await session.close();
      await reading;
      assert.deepEqual(woken, []);
    },
  },
  {
    name: "close ends what runs in the background",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "pid");
      await turn(subject, session, `in the background: echo $$ > ${file}; sleep 300`);
      const pid = await pidIn(file);
      await session.close();
      await until(async () => !await isRunning(pid), "the command to be gone");
    },
  },
  {
    name: "questions are put with their choices, and answered",
    async run(subject) {
      const session = await open(subject);
      const asked: unknown[] = [];
      const answer = await turn(subject, session, "ask me something", {
        on: async (event) => {
          if (event.type !== "permission") return;
          asked.push(event.choices?.map(({ question }) => question));
          await event.respond({ behavior: "answer", answers: ["Green", "Lemon"] });
        },
      });
      assert.deepEqual(asked, [["How do you like your tea?", "What goes with it?"]]);
      assert.match(answer.result.text, /tea\? \*\*Green\*\*[^]*with it\? \*\*Lemon\*\*/);
      await session.close();
    },
  },
];
