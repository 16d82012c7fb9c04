import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { PermissionDecision } from "../../agents/agent.ts";
import { ALICE, BOB, type ChatBench, withChat } from "../../../tests/support/chat_bench.ts";
import { Approvals, optionButtons } from "./approvals.ts";

const QUESTION = { userId: ALICE.id, title: "Run: make", detail: "make all" };
const CHOICES = [{ question: "Which colour?", options: ["Red", "Blue"] }];

/** An agent that has asked whether it may run `make`. */
interface Asked {
  approvals: Approvals;
  decision: Promise<PermissionDecision | undefined>;
  /** The question, as it was before anybody answered. */
  message: Message;
  /** Ends the agent's turn. */
  takeBack: AbortController;
}

async function ask(bench: ChatBench, more: object = {}): Promise<Asked> {
  const approvals = new Approvals(bench.outbox, bench.clock);
  const takeBack = new AbortController();
  const question = { ...QUESTION, ...more };
  const decision = approvals.ask({ chatId: ALICE.id }, question, takeBack.signal);
  await bench.until(() => bench.api.chat.size > 0);
  return { approvals, decision, message: bench.message(bench.api.texts()[0]!), takeBack };
}

function tap(
  { approvals }: Asked,
  verb: string,
  press: Parameters<ChatBench["press"]>[0] | object,
) {
  return approvals.actions.find((action) => action.verb === verb)!.press(press as never);
}

for (
  const [label, decision, note] of [
    ["Allow", { behavior: "allow" }, "✅ Allowed"],
    ["Allow for this session", { behavior: "allow_session" }, "✅ Allowed for this session"],
    ["Deny", { behavior: "deny" }, "🚫 Denied"],
  ] as const
) {
  Deno.test(`approvals: "${label}" decides, and the question says so without its buttons`, () =>
    withChat(async (bench) => {
      const asked = await ask(bench);
      assert.equal(await tap(asked, "allow", bench.press(asked.message, label)), "keep");
      assert.deepEqual(await asked.decision, decision);
      await bench.until(() => bench.api.texts()[0]!.endsWith(`\n\n${note}`));
      assert.equal([...bench.api.chat.values()][0]!.keyboard, undefined);
    }));
}

Deno.test("approvals: what was decided stays decided, whatever is pressed after it", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    const press = (label: string) => tap(asked, "allow", bench.press(asked.message, label));
    await press("Allow");
    await press("Deny");
    assert.deepEqual(await asked.decision, { behavior: "allow" });
    await bench.until(() => bench.api.texts()[0]!.endsWith("✅ Allowed"));
    // On another device the buttons are still there.
    assert.deepEqual(await press("Deny"), { keep: true, toast: "Already answered." });
    await bench.outbox.flush(AbortSignal.timeout(1000));
    assert.match(bench.api.texts()[0]!, /✅ Allowed$/);
  }));

Deno.test("approvals: only who asked may decide", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    const other = await tap(asked, "allow", bench.press(asked.message, "Allow", BOB));
    assert.deepEqual(other, { keep: true, toast: "Only the person who asked can decide this." });
    const reply = { ...asked.message, from: BOB, reply_to_message: asked.message } as Message;
    assert.equal(asked.approvals.replied(reply, "no"), false);
    await tap(asked, "allow", bench.press(asked.message, "Deny"));
    assert.deepEqual(await asked.decision, { behavior: "deny" });
  }));

Deno.test("approvals: a reply to the question denies with a reason, a reply to another one does not", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    const reply = (message_id: number) =>
      ({ ...asked.message, from: ALICE, reply_to_message: { message_id } }) as Message;
    assert.equal(asked.approvals.replied(reply(7), "not this"), false);
    assert.equal(asked.approvals.replied(reply(asked.message.message_id), "use ninja"), true);
    assert.deepEqual(await asked.decision, { behavior: "deny", reason: "use ninja" });
    await bench.until(() => bench.api.texts()[0]!.endsWith("🚫 Denied: use ninja"));
  }));

Deno.test("approvals: a choice is answered by its button", () =>
  withChat(async (bench) => {
    const asked = await ask(bench, { choices: CHOICES });
    await tap(asked, "pick", bench.press(asked.message, "Blue"));
    assert.deepEqual(await asked.decision, { behavior: "answer", answers: ["Blue"] });
    await bench.until(() => bench.api.texts()[0]!.endsWith("➡️ Blue"));
  }));

Deno.test("approvals: nobody answers for half an hour, and that is a no", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    await bench.clock.advance(30 * 60_000 - 1);
    assert.ok(!bench.api.texts()[0]!.includes("Expired"));
    await bench.clock.advance(1);
    const { behavior } = (await asked.decision)!;
    assert.equal(behavior, "deny");
    await bench.until(() => bench.api.texts()[0]!.endsWith("⌛ Expired"));
  }));

Deno.test("approvals: a turn that ends takes its question back, and nothing is decided", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    asked.takeBack.abort();
    assert.equal(await asked.decision, undefined);
    await bench.until(() => bench.api.texts()[0]!.endsWith("Taken back"));
    const late = await tap(asked, "allow", bench.press(asked.message, "Allow"));
    assert.deepEqual(late, { keep: true, toast: "Already answered." });
    assert.equal(bench.clock.sleeping, 0);
  }));

Deno.test("approvals: a question that the end of the program cut off allows nothing afterwards", () =>
  withChat(async (bench) => {
    const before = await ask(bench);
    const press = bench.press(before.message, "Allow");
    await bench.crash();
    const cut = () => bench.api.texts()[0]!.endsWith("\n\n⏸ A restart came in between");
    await bench.until(cut);
    const after = new Approvals(bench.outbox, bench.clock);
    const word = await tap({ ...before, approvals: after }, "allow", press);
    assert.match((word as { toast: string }).toast, /^A restart came in between/);
    await bench.outbox.flush(AbortSignal.timeout(1000));
    assert.ok(cut());
  }));

Deno.test("K10.9 approvals: the label of a button never ends in half an emoji, which Telegram refuses", () => {
  const options = [`${"x".repeat(58)}🦆 and more`, "🦆".repeat(40), "short"];
  const labels = optionButtons("id", { question: "Which?", options } as never)
    .map(([button]) => button!.label);
  for (const label of labels) assert.ok(label.isWellFormed() && label.length <= 60, label);
  assert.deepEqual(labels, [`${"x".repeat(58)}…`, `${"🦆".repeat(29)}…`, "short"]);
});
