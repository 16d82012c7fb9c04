/** Sessions: opening, resuming, streaming, tools, interrupting, closing. */

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { longText } from "../../src/demo/brain/long_text.ts";
import { isRunning, until } from "../support/processes.ts";
import { type Case, exists, nothingRuns, open, pidIn, turn } from "./subject.ts";

/** A red dot: the smallest PNG there is. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

export const SESSION_CASES: readonly Case[] = [
  {
    name: "a new session answers and says its id",
    async run(subject) {
      const session = await open(subject);
      const hello = await turn(subject, session, "hello");
      assert.match(hello.result.text, /I am ductor's demo agent/);
      assert.ok(session.id, "the session has an id after its first turn");
      assert.equal(hello.of("session").at(-1)?.id, session.id);
      assert.ok((hello.result.usage?.outputTokens ?? 0) > 0, "the result has usage");
      await session.close();
    },
  },
  {
    name: "text is streamed: many pieces, complete and in order, before the result",
    async run(subject) {
      const session = await open(subject);
      const long = await turn(subject, session, "long 3000");
      assert.ok(long.of("text").length >= 10, `${long.of("text").length} pieces of text`);
      assert.equal(long.text.trim(), longText(3000).trim());
      await session.close();
    },
  },
  {
    name: "turns of a session share its process and its memory",
    async run(subject) {
      const session = await open(subject);
      const first = await turn(subject, session, "long 8000");
      const { pid } = session;
      await turn(subject, session, "remember the colour is turquoise");
      const last = await turn(subject, session, "what did I say?");
      assert.match(last.result.text, /turquoise/);
      assert.equal(session.pid, pid);
      assert.equal(session.alive, true);
      const [dear, cheap] = [first.result.costUsd, last.result.costUsd];
      if (dear !== undefined && cheap !== undefined) {
        assert.ok(cheap > 0 && cheap < dear, `cost is per turn: ${dear}, then ${cheap}`);
      }
      const [many, few] = [first.result.usage!.outputTokens, last.result.usage!.outputTokens];
      assert.ok(few > 0 && few < many, `usage is per turn: ${many}, then ${few}`);
      await session.close();
    },
  },
  {
    name: "a session is resumed in a new process",
    async run(subject) {
      const before = await open(subject);
      await turn(subject, before, "remember the number is 7421");
      const { id, pid } = before;
      await before.close();
      const after = await open(subject, { resume: id! });
      const answer = await turn(subject, after, "what did I say?");
      assert.match(answer.result.text, /7421/);
      assert.notEqual(after.pid, pid);
      assert.equal(after.id, id);
      await after.close();
    },
  },
  {
    name: "instructions reach a new session and stay with it",
    async run(subject) {
      const instructions = "The user's dog is called Wuffomat.";
      const first = await open(subject, { instructions });
      const before = await turn(subject, first, "do you know Wuffomat?");
      assert.match(before.result.text, /^Yes/);
      await first.close();
      const again = await open(subject, { resume: first.id!, instructions });
      const after = await turn(subject, again, "do you know Wuffomat?");
      assert.match(after.result.text, /^Yes/);
      await again.close();
    },
  },
  {
    name: "a prompt of 140 KB arrives whole",
    async run(subject) {
      const session = await open(subject);
      const line = 'Zeile für Zeile, 7 € und ein 🦆 – \\n "quoted"\n';
      const text = "measure: " + line.repeat(Math.ceil(140_000 / line.length)) + "THE-LAST-WORD";
      const answer = await turn(subject, session, text);
      assert.match(answer.result.text, new RegExp(`has ${text.length} characters`));
      assert.match(answer.result.text, /THE-LAST-WORD/);
      await session.close();
    },
  },
  {
    name: "a picture arrives with its text",
    async run(subject) {
      const session = await open(subject);
      const answer = await turn(subject, session, "look at this", {
        images: [{ mediaType: "image/png", data: PNG }],
      });
      assert.match(answer.result.text, /with a picture/);
      assert.match(answer.result.text, /look at this/);
      await session.close();
    },
  },
  {
    name: "a tool starts, really runs, and ends",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "proof");
      const answer = await turn(
        subject,
        session,
        `run: printf proof- > ${file}; expr 6 '*' 7 >> ${file}; cat ${file}`,
      );
      const [start, end] = answer.of("tool");
      assert.equal(start?.phase, "start");
      assert.match(start.input, /printf proof-/);
      assert.equal(end?.phase, "end");
      assert.equal(end.id, start.id);
      assert.equal(end.ok, true);
      assert.equal((await Deno.readTextFile(file)).trim(), "proof-42");
      assert.match(answer.text, /Running it\.[^]*proof-42/);
      await session.close();
    },
  },
  {
    name: "a tool that fails ends as failed, and the turn goes on",
    async run(subject) {
      const session = await open(subject);
      const answer = await turn(subject, session, "run: echo oh dear; exit 3");
      assert.equal(answer.of("tool").at(-1)?.ok, false);
      assert.match(
        answer.result.text,
        subject.keepsFailures ? /The command said/ : /The command failed/,
      );
      await session.close();
    },
  },
  {
    name: "an interrupt in the middle of a text ends the turn and keeps the session",
    async run(subject) {
      const session = await open(subject);
      let interrupted: Promise<void> | undefined;
      const cut = await turn(subject, session, "count to 400 slowly", {
        on: ({ type }) => {
          if (type === "text") interrupted ??= session.interrupt();
        },
      });
      await interrupted;
      assert.equal(cut.result.interrupted, true);
      assert.doesNotMatch(cut.text, /400/);
      const { pid } = session;
      const next = await turn(subject, session, "hello");
      assert.match(next.result.text, /demo agent/);
      assert.equal(session.pid, pid);
      const asked = subject.server?.requests.find(({ text }) => /^count/.test(text));
      if (asked) {
        await asked.ended;
        assert.equal(asked.aborted, true, "the request to the model is given up");
      }
      await session.close();
    },
  },
  {
    name: "aborting the signal of a turn interrupts it",
    async run(subject) {
      const session = await open(subject);
      const stop = new AbortController();
      const cut = await turn(subject, session, "count to 400 slowly", {
        signal: stop.signal,
        on: ({ type }) => {
          if (type === "text") stop.abort();
        },
      });
      assert.equal(cut.result.interrupted, true);
      const next = await turn(subject, session, "hello");
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "an interrupt in the middle of a command ends the command and keeps the session",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "pid");
      let command = 0;
      const cut = await turn(subject, session, `run: echo $$ > ${file}; sleep 300; echo late`, {
        on: async (event) => {
          if (event.type !== "tool" || event.phase !== "start") return;
          command = await pidIn(file);
          await session.interrupt();
        },
      });
      assert.equal(cut.result.interrupted, true);
      assert.ok(command > 0);
      await until(async () => !await isRunning(command), "the command to be gone");
      const next = await turn(subject, session, "hello");
      assert.match(next.result.text, /demo agent/);
      await session.close();
    },
  },
  {
    name: "an interrupt while nothing runs does nothing",
    async run(subject) {
      const session = await open(subject);
      await turn(subject, session, "hello");
      await session.interrupt();
      const next = await turn(subject, session, "table");
      assert.match(next.result.text, /Three birds/);
      assert.equal(next.result.interrupted ?? false, false);
      await session.close();
    },
  },
  {
    name: "the model changes inside a session",
    async run(subject) {
      const session = await open(subject);
      const [[one, first], [two, second]] = [subject.models.first, subject.models.second];
      const before = await turn(subject, session, "which model?", { model: one });
      assert.match(before.result.text, first);
      const { pid } = session;
      const after = await turn(subject, session, "which model?", { model: two });
      assert.match(after.result.text, second);
      assert.equal(session.pid, pid);
      await session.close();
    },
  },
  {
    name: "close leaves no process behind",
    async run(subject) {
      const session = await open(subject);
      await turn(subject, session, "hello");
      await session.close();
      assert.equal(session.alive, false);
      assert.equal(await isRunning(session.pid), false);
      await nothingRuns(subject);
    },
  },
  {
    name: "close in the middle of a command leaves no process behind",
    async run(subject) {
      const session = await open(subject);
      const file = join(subject.folder, "pid");
      let closed: Promise<void> | undefined;
      let command = 0;
      await turn(subject, session, `run: echo $$ > ${file}; sleep 300`, {
        on: async (event) => {
          if (event.type !== "tool" || event.phase !== "start") return;
          command = await pidIn(file);
          closed = session.close();
        },
      });
      await closed;
      assert.ok(command > 0);
      assert.equal(await isRunning(command), false);
      await nothingRuns(subject);
    },
  },
  {
    name: "two sessions run at once without hearing each other",
    async run(subject) {
      const [left, right] = await Promise.all([open(subject), open(subject)]);
      await Promise.all([
        turn(subject, left, "remember left"),
        turn(subject, right, "remember right"),
      ]);
      const [one, other] = await Promise.all([
        turn(subject, left, "what did I say?"),
        turn(subject, right, "what did I say?"),
      ]);
      assert.match(one.result.text, /left/);
      assert.doesNotMatch(one.result.text, /right/);
      assert.match(other.result.text, /right/);
      assert.notEqual(left.id, right.id);
      await Promise.all([left.close(), right.close()]);
    },
  },
  {
    name: "models are listed, one of them the default",
    async run(subject) {
      const models = await subject.agent.models();
      assert.ok(models.length > 1, `${models.length} models`);
      assert.equal(models.filter(({ isDefault }) => isDefault).length, 1);
      assert.ok(models.every(({ id, name }) => id !== "" && name !== ""));
      assert.equal((await subject.agent.authState()).installed, true);
      await nothingRuns(subject);
    },
  },
  {
    name: "plain files of the working folder are the session's own",
    async run(subject) {
      const session = await open(subject);
      const answer = await turn(subject, session, "run: touch here-i-am; pwd");
      assert.equal(await exists(join(subject.folder, "here-i-am")), true);
      assert.ok(answer.text.includes(await Deno.realPath(subject.folder)));
      await session.close();
    },
  },
];
