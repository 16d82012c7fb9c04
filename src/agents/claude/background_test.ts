/** Turns that the CLI begins by itself, beside those it is asked for. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { AgentEvent, SessionSpec, WokenTurn } from "../agent.ts";
import { ClaudeSession } from "./session.ts";
import * as says from "../../../tests/support/claude_lines.ts";
import { FakeChild, type Json } from "../../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";

const SPEC: SessionSpec = { cwd: "/w", permissionMode: "default", extraArgs: [], env: {} };

/** The two ways in which the CLIs tell whose turn it is: by names, or only by what came before. */
const GENERATIONS = ["named", "unnamed"] as const;
type Generation = (typeof GENERATIONS)[number];

const CAPABLE = { capabilities: ["msg_lifecycle_v1"] };
const ORIGIN = { origin: { kind: "task-notification" } };

/** A session on a CLI that is played by hand. */
function setup(generation: Generation) {
  const clock = new FakeClock();
  const child = new FakeChild();
  const messages: string[] = [];
  child.onWrite = (message) => {
    if (message.type === "control_request") child.say(says.ok(message.request_id));
    if (message.type !== "user") return;
    messages.push(message.uuid);
    if (generation === "named") child.say(lifecycle(message.uuid, "queued"));
  };
  const session = new ClaudeSession(child, SPEC, clock);
  const woken: { turn: WokenTurn; events: AgentEvent[] }[] = [];
  const reading = (async () => {
    for await (const turn of session.background.woken) {
      const events: AgentEvent[] = [];
      woken.push({ turn, events });
      (async () => {
        for await (const event of turn.events) events.push(event);
      })();
    }
  })();
  const run = (text: string) => {
    const events: AgentEvent[] = [];
    const done = (async () => {
      const input = { text, permissionMode: SPEC.permissionMode };
      for await (const event of session.run(input, new AbortController().signal)) {
        events.push(event);
      }
      return textOf(events);
    })();
    return { events, done };
  };
  const replay = (uuid: string): Json => ({
    type: "user",
    isReplay: true,
    uuid,
    message: { role: "user", content: "text" },
  });
  return {
    clock,
    child,
    session,
    woken,
    reading,
    run,
    messages,
    /** The CLI begins to work on our message in a turn of its own. */
    begins(uuid: string): void {
      if (generation === "named") {
        child.say(lifecycle(uuid, "started"));
        child.say(says.init(says.SESSION, { ...CAPABLE, user_message_uuids: [uuid] }));
      } else child.say(says.init());
      child.say(replay(uuid));
    },
    /** The CLI takes our message into the turn that runs. */
    takes(uuid: string): void {
      child.say(replay(uuid));
      if (generation === "named") child.say(lifecycle(uuid, "started"));
    },
    wakes(): void {
      child.say(taskEnds("t1"), says.init(says.SESSION, generation === "named" ? CAPABLE : {}));
    },
    result(text: string, { uuid, origin }: { uuid?: string; origin?: boolean } = {}): Json {
      return says.result(text, {
        ...origin && ORIGIN,
        ...generation === "named" && uuid !== undefined && { user_message_uuids: [uuid] },
      });
    },
    text: (text: string, id: string) => child.say(...says.streamedText([text], { id })),
  };
}

const lifecycle = (uuid: string, state: string): Json => ({
  type: "command_lifecycle",
  command_uuid: uuid,
  state,
});
const taskBegins = (id: string): Json => ({
  type: "system",
  subtype: "task_started",
  task_id: id,
  tool_use_id: `tool-${id}`,
  description: "build it",
});
const taskEnds = (id: string): Json => ({
  type: "system",
  subtype: "task_notification",
  task_id: id,
  tool_use_id: `tool-${id}`,
  status: "completed",
});

function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => event.type === "text" ? event.text : "").join("");
}

for (const generation of GENERATIONS) {
  Deno.test(`K1.5 background (${generation}): what is stopped is not told of again, what comes later is`, async () => {
    const { child, session, run, begins, result, messages, woken, text, wakes } = setup(generation);
    const turn = run("start");
    await settle();
    begins(messages[0]!);
    child.say(taskBegins("t1"), result("started", { uuid: messages[0]! }));
    await turn.done;
    assert.deepEqual(await session.background.stop(), [{ id: "t1", title: "build it" }]);
    const asked = child.written.filter(({ request }) => request?.subtype === "stop_task");
    assert.deepEqual(asked.map(({ request }) => request.task_id), ["t1"]);
    wakes();
    text("It was stopped.", "m1");
    child.say({ ...result("It was stopped.", { origin: true }), total_cost_usd: 9 });
    await settle();
    // It is no news, but it has cost something.
    assert.deepEqual(woken.map(({ turn }) => turn.quiet), [true]);
    assert.ok(woken.pop()!.events.some((event) => event.type === "result" && event.costUsd));
    assert.deepEqual(session.background.tasks(), []);
    child.say(taskBegins("t1"));
    wakes();
    text("It is built.", "m2");
    child.say(result("It is built.", { origin: true }));
    await settle();
    assert.deepEqual(
      woken.map(({ turn, events }) => [turn.quiet, textOf(events)]),
      [[undefined, "It is built."]],
    );
    await session.close();
  });

  Deno.test(`background (${generation}): what runs is told, and when all is settled`, async () => {
    const { child, session, run, begins, result, messages, woken, text, wakes } = setup(generation);
    const turn = run("start");
    await settle();
    begins(messages[0]!);
    child.say(taskBegins("t1"), result("started", { uuid: messages[0]! }));
    await turn.done;
    assert.deepEqual(session.background.tasks(), [{ id: "t1", title: "build it" }]);
    let settled = false;
    session.background.settled().then(() => settled = true);
    await settle();
    wakes();
    text("It is built.", "m1");
    await settle();
    assert.ok(!settled, "the turn that tells of it belongs to it");
    child.say(result("It is built.", { origin: true }));
    await settle();
    assert.ok(settled);
    assert.equal(textOf(woken[0]!.events), "It is built.");
  });

  Deno.test(`background (${generation}): a task that nobody is told of is over after a while`, async () => {
    const { child, session, clock } = setup(generation);
    child.say(taskBegins("t1"));
    await settle();
    let settled = false;
    session.background.settled().then(() => settled = true);
    child.say(taskEnds("t1"));
    await clock.advance(4000);
    assert.ok(!settled);
    await clock.advance(2000);
    assert.ok(settled);
  });

  Deno.test(`background (${generation}): a question in a woken turn waits for its answer`, async () => {
    const { child, woken, wakes, result } = setup(generation);
    wakes();
    child.say(says.canUseTool("q1", "Bash", { command: "ls" }));
    await settle();
    const asked = woken[0]!.events.find((event) => event.type === "permission");
    assert.ok(asked?.type === "permission");
    await asked.respond({ behavior: "allow" });
    const answer = child.written.find((one) => one.type === "control_response");
    assert.equal(answer?.response.response.behavior, "allow");
    child.say(result("done", { origin: true }));
    await settle();
    assert.equal(woken[0]!.events.at(-1)!.type, "result");
  });

  Deno.test(`background (${generation}): a woken turn can be interrupted, ours goes on after it`, async () => {
    const { child, woken, wakes, run, messages, begins, result, text } = setup(generation);
    wakes();
    text("I look", "m1");
    await settle();
    const mine = run("mine");
    await settle();
    const stopped = woken[0]!.turn.interrupt();
    child.say(...says.interrupted(ORIGIN));
    await stopped;
    const end = woken[0]!.events.at(-1)!;
    assert.ok(end.type === "result" && end.interrupted);
    begins(messages[0]!);
    text("yours", "m2");
    child.say(result("yours", { uuid: messages[0]! }));
    assert.equal(await mine.done, "yours");
  });

  Deno.test(`background (${generation}): a process that dies in a woken turn ends it`, async () => {
    const { child, woken, wakes, text, reading } = setup(generation);
    wakes();
    text("I look", "m1");
    await settle();
    child.exit(1);
    await reading;
    await settle();
    const end = woken[0]!.events.at(-1)!;
    assert.ok(end.type === "error" && end.kind === "crash");
  });
}

Deno.test("background: sub-agents in the foreground wake nobody", async () => {
  const { child, session, run, begins, messages, result } = setup("unnamed");
  const turn = run("delegate");
  await settle();
  begins(messages[0]!);
  child.say(...says.toolCall("tool-t1", "Agent", {}), taskBegins("t1"), taskEnds("t1"));
  child.say(says.toolResult("tool-t1", "42"), result("42"));
  await turn.done;
  assert.ok(!session.background.waking);
});

/** One thing that the CLI or the user does. */
const act = fc.constantFrom("ask", "wake", "wake and take", "wake for nothing", "wake first");

Deno.test("K1.6 background: whatever turns the CLI begins, each text arrives once, and where it belongs", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...GENERATIONS),
      fc.array(act, { maxLength: 6 }),
      async (generation, acts) => {
        const cli = setup(generation);
        const asked: [Promise<string>, string][] = [];
        const told: string[] = [];
        for (const [index, what] of acts.entries()) {
          const [mine, own] = [`answer ${index}`, `news ${index}`];
          const ask = async () => {
            asked.push([cli.run(`question ${index}`).done, mine]);
            await settle();
            return cli.messages.at(-1)!;
          };
          const answer = (uuid: string) => {
            cli.begins(uuid);
            cli.text(mine, `a${index}`);
            cli.child.say(cli.result(mine, { uuid }));
          };
          if (what === "ask") answer(await ask());
          else {
            cli.wakes();
            if (what === "wake for nothing") cli.child.say(cli.result("", { origin: true }));
            else {
              cli.text(own, `w${index}`);
              told.push(own);
              await settle();
              if (what === "wake") cli.child.say(cli.result(own, { origin: true }));
              else {
                const uuid = await ask();
                if (what === "wake first") {
                  cli.child.say(cli.result(own, { origin: true }));
                  answer(uuid);
                } else {
                  cli.takes(uuid);
                  cli.text(mine, `a${index}`);
                  cli.child.say(cli.result(mine, { uuid, origin: true }));
                }
              }
            }
          }
          await settle();
        }
        for (const [done, expected] of asked) assert.equal(await done, expected);
        assert.deepEqual(cli.woken.map(({ events }) => textOf(events)), told);
        for (const { events } of cli.woken) {
          const ends = events.filter(({ type }) => type === "result" || type === "error");
          assert.deepEqual(ends, events.slice(-1), "each ends once, with its last event");
        }
        await cli.session.close();
        await cli.reading;
      },
    ),
    { numRuns: 60 },
  );
});
