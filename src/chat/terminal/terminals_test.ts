import assert from "node:assert/strict";
import type { PermissionDecision } from "../../agents/agent.ts";
import type { Address } from "../../conversation/address.ts";
import type { Question } from "../../conversation/speaker.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import type { HookEvent } from "../../terminal/told.ts";
import { Terminals } from "./terminals.ts";

const SECOND = 1000;

class Rig {
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  readonly asked: {
    question: Question;
    signal: AbortSignal;
    over: PromiseWithResolvers<unknown>;
  }[] = [];
  readonly open: boolean[] = [];
  readonly ends = new AbortController();
  hooks = { notify_after_seconds: 60, quiet_when_active_seconds: 30 };
  input: number | undefined;

  readonly terminals = new Terminals({
    clock: this.clock,
    config: () => ({ hooks: this.hooks, allowed_user_ids: [7] }),
    placeOf: (folder) => Promise.resolve({ address: { chatId: 7 }, name: `of ${folder}` }),
    lastInput: () => Promise.resolve(this.input),
    asking: (open) => Promise.resolve(void this.open.push(open)),
    signal: this.ends.signal,
    speaker: {
      say: (_: Address, text: string) => Promise.resolve(void this.said.push(text)),
      ask: async (_: Address, question: Question, signal: AbortSignal) => {
        const over = Promise.withResolvers<unknown>();
        signal.addEventListener("abort", () => over.resolve(undefined), { once: true });
        this.asked.push({ question, signal, over });
        return await over.promise as PermissionDecision | undefined;
      },
    },
  });

  tell(name: string, event: Partial<HookEvent> = {}, gone = new AbortController().signal) {
    return this.terminals.told({
      provider: "claude",
      pid: 1,
      event: { hook_event_name: name, session_id: "s", cwd: "/shop", ...event },
    }, gone);
  }

  /** The user has begun a turn. */
  async prompted() {
    await this.tell("UserPromptSubmit", { prompt_id: "p" });
  }
}

const CALL = { tool_name: "Bash", tool_input: { command: "make", description: "Build" } };

Deno.test("terminals: nothing is asked here while the user types there; then it is", async () => {
  const rig = new Rig();
  rig.input = rig.clock.now();
  const answer = rig.tell("PermissionRequest", CALL);
  await settle();
  await rig.clock.advance(20 * SECOND);
  rig.input = rig.clock.now();
  await rig.clock.advance(29 * SECOND);
  assert.equal(rig.asked.length, 0);
  await rig.clock.advance(2 * SECOND);
  assert.equal(rig.asked.length, 1);
  assert.equal(rig.asked[0]!.question.terminal, "of /shop");
  assert.equal(rig.asked[0]!.question.userId, 7);
  rig.asked[0]!.over.resolve({ behavior: "deny", reason: "No." });
  assert.match(await answer ?? "", /"behavior":"deny","message":"Not allowed: No\."/);
});

Deno.test("terminals: a question is over with its tool's end, the next prompt, and its hook's end", async () => {
  const rig = new Rig();
  const gone = new AbortController();
  const other = { ...CALL, tool_input: { command: "ls" } };
  const answers = [
    rig.tell("PermissionRequest", CALL),
    rig.tell("PermissionRequest", other),
    rig.tell("PermissionRequest", { ...CALL, agent_id: "sub", tool_input: {} }, gone.signal),
  ];
  await settle();
  const over = () => rig.asked.map(({ signal }) => signal.aborted);
  // Claude words what a tool is for anew.
  await rig.tell("PostToolUse", { ...CALL, tool_input: { command: "make", description: "x" } });
  assert.deepEqual(over(), [true, false, false]);
  await rig.tell("UserPromptSubmit");
  assert.deepEqual(over(), [true, true, false]);
  gone.abort();
  assert.deepEqual(over(), [true, true, true]);
  assert.deepEqual(await Promise.all(answers), ["", "", ""]);
  assert.deepEqual([rig.open.at(0), rig.open.at(-1)], [true, false]);
});

Deno.test("terminals: a question that is answered there before it was asked here never is", async () => {
  const rig = new Rig();
  await rig.prompted();
  const answer = rig.tell("PermissionRequest", CALL);
  await settle();
  await rig.tell("PostToolUseFailure", CALL);
  assert.equal(await answer, "");
  assert.equal(rig.asked.length, 0);
});

Deno.test("terminals: what is allowed for the session is not asked again", async () => {
  const rig = new Rig();
  const answer = rig.tell("PermissionRequest", CALL);
  await settle();
  rig.asked[0]!.over.resolve({ behavior: "allow_session" });
  assert.match(await answer ?? "", /"behavior":"allow"/);
  assert.match(await rig.tell("PermissionRequest", CALL) ?? "", /"behavior":"allow"/);
  assert.equal(rig.asked.length, 1);
});

Deno.test("terminals: the next run of the bot answers what is open when this one ends", async () => {
  const rig = new Rig();
  const answer = rig.tell("PermissionRequest", CALL);
  await settle();
  rig.ends.abort();
  assert.equal(await answer, undefined);
});

Deno.test("terminals: ends of long turns are told, unless the user is there, and not twice", async () => {
  const rig = new Rig();
  const idle = { notification_type: "idle_prompt" };
  await rig.prompted();
  await rig.clock.advance(59 * SECOND);
  await rig.tell("Stop", { last_assistant_message: "short" });
  await settle();
  assert.deepEqual(rig.said, []);
  await rig.clock.advance(60 * SECOND);
  await rig.tell("Notification", idle);
  await settle();
  assert.deepEqual(rig.said.splice(0), [
    "💻 **Claude Code** in a terminal (of /shop) waits for your input.\n\nshort",
  ]);
  await rig.prompted();
  await rig.clock.advance(61 * SECOND);
  await rig.tell("Stop", { last_assistant_message: "All *done*." });
  await rig.tell("Notification", idle);
  await settle();
  assert.deepEqual(rig.said.splice(0), [
    "💻 **Claude Code** in a terminal (of /shop) is done after 1 min 1 s.\n\nAll *done*.",
  ]);
  await rig.prompted();
  await rig.clock.advance(61 * SECOND);
  rig.input = rig.clock.now() - SECOND;
  await rig.tell("Stop", { last_assistant_message: "seen" });
  await rig.tell("Notification", { notification_type: "auth_success" });
  await settle();
  assert.deepEqual(rig.said, []);
});

Deno.test("terminals: a turn whose beginning is not known is not told of", async () => {
  const rig = new Rig();
  await rig.tell("Stop", { last_assistant_message: "x" });
  await rig.tell("Junk", { tool_input: {} });
  await settle();
  assert.deepEqual(rig.said, []);
});
