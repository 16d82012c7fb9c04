/**
 * What was recorded of Claude Code 2.1.331, and the test that holds each of it. A new recording goes
 * into this table with the name of its test, or with the reason why it has none.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** A test by its name, or `-` and a reason. */
const HELD_BY = {
  "ask-user-question":
    "K11.7 questions one after the other: with descriptions, one or several choices, in words",
  "ask-user-question-bypass":
    "K11.7 permission: questions have header, options and descriptions, plans themselves",
  "background-bash":
    "K1.3 a command in the background wakes it; what that turn wants to do is asked",
  "bash-timeout": "K1.8 a command that exceeds its time goes on in the background",
  "compact": "K1.4 /compact says what it did, and nothing a second time",
  "cron": "the model has no timers of the CLI, whatever else the user takes from it",
  "enter-plan-mode": "it goes into plan mode by itself, without a question",
  "error-400": "a refused request is an error, and the session goes on",
  "error-401": "a login that is not valid is said at once, not after the CLI's own retries",
  "error-429": "a used-up subscription is told with the time of its end",
  "hook-blocks": "a hook that forbids a tool ends it as failed",
  "hooks": "hooks of the user run, and are no answer",
  "image": "a picture arrives with its text",
  "image-text-first": "- a picture is always sent before its text (userMessage in claude/turn.ts)",
  "interrupt": "an interrupt in the middle of a text ends the turn and keeps the session",
  "interrupt-idle": "an interrupt while nothing runs does nothing",
  "interrupt-long-tool":
    "an interrupt in the middle of a command ends the command and keeps the session",
  "interrupt-tool":
    "an interrupt in the middle of a command ends the command and keeps the session",
  "max-turns": "max_turns and max_budget_usd end a turn in plain words",
  "message-into-self-started-turn":
    "K1.6 a message that is written while a woken turn runs is answered by it",
  "message-uuid": "K1.6 a message that is written while a woken turn runs is answered by it",
  "monitor": "K1.3 what a monitor sees wakes it, until nothing is watched any more",
  "no-env": "without a login it says so at once, and how to log in",
  "permission-allow": "a command that is allowed runs",
  "permission-always": "what is allowed for the session leaves no rule in the folder",
  "permission-deny": "a command that is denied does not run, and the session goes on",
  "permission-interrupted": "a question is taken back when the turn is interrupted",
  "permission-manual": "- the config has no such mode: `default` is the name both generations take",
  "permission-two-at-once": "two commands of one message are asked for one after the other",
  "permission-write":
    "K16.2 a long file that is to be written is shown whole, and a written no reaches the model",
  "plan-mode": "K11.7 a plan is shown rendered, and carried out when it is approved",
  "plan-mode-file": "K11.7 a plan is shown rendered, and carried out when it is approved",
  "plan-mode-reject":
    "K11.7 a long plan comes as a file too, and goes on with the words that are written",
  "queue": "- a message waits in our own queue until the turn before it has ended",
  "queue-tool": "- a message waits in our own queue until the turn before it has ended",
  "resume-after-kill": "a process killed in the middle of a text is a crash, and can be resumed",
  "resume-before-kill": "a process killed in the middle of a text is a crash, and can be resumed",
  "resume-unknown": "a session that does not exist is told apart",
  "retry-529": "an overloaded service is tried again",
  "set-model": "the model changes inside a session",
  "slash-commands": "output of a slash command is shown, and /clear gives a new id",
  "stream-cut": "K1.7 a text whose stream breaks off is withdrawn, and said anew",
  "stream-error": "K1.7 a text whose stream breaks off is withdrawn, and said anew",
  "subagent": "background: sub-agents in the foreground wake nobody",
  "subagent-background": "K1.1 a sub-agent in the background wakes it, and it answers",
  "subagent-permission": "K16.2 a command and what is said about it stand apart; " +
    "what a sub-agent asks is marked",
  "tasks-tools": "a tool that there is not ends as failed",
  "text": "text is streamed: many pieces, complete and in order, before the result",
  "thinking": "mapper: thinking is told from text",
  "tool": "a tool starts, really runs, and ends",
  "usage-limit": "a used-up subscription is told with the time of its end",
  "webfetch": "a page is fetched only if it is allowed, and is shown by its address",
};

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("every recording of Claude is held by a test, or has a reason", async () => {
  let sources = "";
  for (const folder of ["tests/contract", "src/agents/claude"]) {
    for await (const { name } of Deno.readDir(ROOT + folder)) {
      if (!/_(test|cases)\.ts$/.test(name) || name === "recordings_test.ts") continue;
      sources += await Deno.readTextFile(`${ROOT}${folder}/${name}`);
    }
  }
  const missing = Object.entries(HELD_BY).filter(([, test]) =>
    !test.startsWith("- ") && !sources.includes(test)
  );
  assert.deepEqual(missing, []);
});
