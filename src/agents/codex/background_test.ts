import { strict as assert } from "node:assert";
import { CodexAgent } from "./agent.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { FakeCodex, INPUT, Reader, Refusal, SPEC } from "../../../tests/support/fake_codex.ts";

/** A session with a command that was begun in a turn that has ended. */
async function withCommand() {
  const codex = new FakeCodex();
  const agent = new CodexAgent({ launcher: codex.launcher, clock: new FakeClock() });
  const session = await agent.open(SPEC);
  const run = () => new Reader(session.run(INPUT, new AbortController().signal));
  const command = (status: string) => ({
    item: { type: "commandExecution", id: "c", processId: "77", command: "npm run dev", status },
  });
  const turn = run();
  codex.started();
  codex.emit("item/started", command("inProgress"));
  await settle();
  const during = session.background.tasks();
  codex.complete();
  await turn.done;
  return { codex, session, run, command, turn, during };
}

const TASK = { id: "c", title: "npm run dev" };
const named = (tasks: readonly { id: string; title: string }[]) =>
  tasks.map(({ id, title }) => ({ id, title }));

Deno.test("K1.5 a command of codex is background work once its turn has ended, until it ends", async () => {
  const { codex, session, run, command, turn, during } = await withCommand();
  const { background } = session;
  assert.deepEqual(during, []);
  assert.deepEqual(named(background.tasks()), [TASK]);
  assert.equal(turn.of("tool").at(-1)?.ok, true, "nothing has failed");
  let settled = false;
  const settling = background.settled().then(() => settled = true);
  codex.turnId = "turn-2";
  const next = run();
  codex.started();
  await settle();
  assert.deepEqual(named(background.tasks()), [TASK], "while another turn runs, too");
  codex.complete();
  await next.done;
  let signs = 0;
  const sign = background.sign().then(() => signs++);
  codex.emit("item/commandExecution/outputDelta", { turnId: "turn-1", itemId: "c", delta: "." });
  await sign;
  assert.ok(!settled);
  codex.emit("item/completed", { turnId: "turn-1", ...command("completed") });
  await settling;
  assert.deepEqual(background.tasks(), []);
  await session.close();
});

Deno.test("K1.5 stopping ends the commands of codex that it can end, and names them", async () => {
  const { codex, session } = await withCommand();
  const { background } = session;
  codex.answers["thread/backgroundTerminals/terminate"] = () => new Refusal("no");
  assert.deepEqual(await background.stop(), []);
  assert.deepEqual(named(background.tasks()), [TASK]);
  codex.answers["thread/backgroundTerminals/terminate"] = () => ({ terminated: true });
  assert.deepEqual(named(await background.stop()), [TASK]);
  await background.settled();
  assert.deepEqual(codex.params("thread/backgroundTerminals/terminate").at(-1), {
    threadId: "thread-1",
    processId: "77",
  });
  await session.close();
});

Deno.test("K1.5 when the process of codex ends, nothing runs beside it and nothing is waited for", async () => {
  const { codex, session } = await withCommand();
  codex.child.exit(1);
  await session.background.settled();
  assert.deepEqual(session.background.tasks(), []);
  for await (const _ of session.background.woken) assert.fail("codex begins no turn by itself");
});
