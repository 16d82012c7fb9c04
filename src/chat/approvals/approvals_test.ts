import assert from "node:assert/strict";
import type { Message, User } from "grammy/types";
import type { Choice, PermissionDecision } from "../../agents/agent.ts";
import { ALICE, BOB, type ChatBench, withChat } from "../../../tests/support/chat_bench.ts";
import type { Address } from "../../conversation/address.ts";
import { buttonsOf } from "../../../tests/support/buttons.ts";
import { Approvals } from "./approvals.ts";

const QUESTION = { userId: ALICE.id, title: "Run a command", detail: "make all" };
const HERE: Address = { chatId: ALICE.id };
const option = (label: string) => ({ label, description: "", preview: "" });
const CHOICE: Choice = {
  header: "Colour",
  question: "Which colour?",
  options: [option("Red"), option("Blue")],
  several: false,
};

/** An agent that has asked whether it may run `make`. */
interface Asked {
  approvals: Approvals;
  decision: Promise<PermissionDecision | undefined>;
  /** The question, as it was before anybody answered. */
  message: Message;
  /** Ends the agent's turn. */
  takeBack: AbortController;
}

async function ask(
  bench: ChatBench,
  more: object = {},
  approvals = new Approvals(bench.outbox, bench.clock),
): Promise<Asked> {
  const takeBack = new AbortController();
  const question = { ...QUESTION, ...more };
  const before = bench.api.chat.size;
  const decision = approvals.ask(HERE, question, takeBack.signal);
  await bench.until(() => bench.api.chat.size > before);
  // A name is given only when the send is noted.
  await bench.until(() => bench.api.texts().length > before);
  return { approvals, decision, message: bench.message(bench.api.texts().at(-1)!), takeBack };
}

function tap(bench: ChatBench, { approvals, message }: Asked, label: string, from?: User) {
  return approvals.actions[0]!.press(bench.press(message, label, from));
}

/** Writes words, in a chat or a topic of it, as a reply or not. */
function write(
  { approvals }: Asked,
  text: string,
  { to, from = ALICE, address = HERE }: { to?: number; from?: User; address?: Address } = {},
): boolean {
  const reply = to !== undefined && { reply_to_message: { message_id: to } };
  const message = { message_id: 9, date: 1, from, ...reply } as Message;
  return approvals.take({ address, from, message, text })?.() ?? false;
}

const shows = (bench: ChatBench, end: string) =>
  bench.until(() => bench.api.texts().some((text) => text.endsWith(end)));

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
      assert.match(asked.message.text!, /\n\nTap a button, or write why not\.$/);
      assert.equal(await tap(bench, asked, label), "keep");
      assert.deepEqual(await asked.decision, decision);
      await shows(bench, `make all\n\n${note}`);
      assert.equal([...bench.api.chat.values()][0]!.keyboard, undefined);
    }));
}

Deno.test("approvals: what was decided stays decided, whatever is pressed after it, also after a restart", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    await tap(bench, asked, "Allow");
    await tap(bench, asked, "Deny");
    assert.deepEqual(await asked.decision, { behavior: "allow" });
    await shows(bench, "✅ Allowed");
    // On another device the buttons are still there.
    const over = { keep: true, toast: "Already answered." };
    assert.deepEqual(await tap(bench, asked, "Deny"), over);
    await bench.outbox.flush(AbortSignal.timeout(1000));
    await bench.crash();
    await tap(bench, { ...asked, approvals: new Approvals(bench.outbox, bench.clock) }, "Deny");
    await bench.outbox.flush(AbortSignal.timeout(1000));
    assert.match(bench.api.texts()[0]!, /✅ Allowed$/);
  }));

Deno.test("approvals: only who asked may decide", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    const other = await tap(bench, asked, "Allow", BOB);
    assert.deepEqual(other, { keep: true, toast: "Only the person who asked can decide this." });
    assert.equal(write(asked, "no", { from: BOB }), false);
    assert.equal(write(asked, "no", { from: BOB, to: asked.message.message_id }), false);
    await tap(bench, asked, "Deny");
    assert.deepEqual(await asked.decision, { behavior: "deny" });
  }));

Deno.test("K11.6 approvals: what is written while one is open denies with that reason, once", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    assert.equal(write(asked, "elsewhere", { address: { ...HERE, threadId: 3 } }), false);
    assert.equal(write(asked, "to another message", { to: 7 }), false);
    assert.equal(write(asked, "use ninja"), true);
    assert.equal(write(asked, "and be quick"), false);
    assert.deepEqual(await tap(bench, asked, "Allow"), { keep: true, toast: "Already answered." });
    assert.deepEqual(await asked.decision, { behavior: "deny", reason: "use ninja" });
    await shows(bench, "🚫 Denied: use ninja");
    assert.equal(write(asked, "late"), false);
  }));

Deno.test("K11.6 approvals: of several the newest is answered, unless it is a reply to another one", () =>
  withChat(async (bench) => {
    const one = await ask(bench, { detail: "one" });
    const two = await ask(bench, { detail: "two" }, one.approvals);
    const three = await ask(bench, { detail: "three" }, one.approvals);
    assert.equal(write(one, "to one", { to: one.message.message_id }), true);
    assert.equal(write(one, "newest"), true);
    assert.equal(write(one, "what is left"), true);
    assert.deepEqual(await one.decision, { behavior: "deny", reason: "to one" });
    assert.deepEqual(await two.decision, { behavior: "deny", reason: "what is left" });
    assert.deepEqual(await three.decision, { behavior: "deny", reason: "newest" });
  }));

Deno.test("K11.6 approvals: words that come with the end of a turn are not swallowed", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    const message = { message_id: 9, date: 1, from: ALICE } as Message;
    const give = asked.approvals.take({ address: HERE, from: ALICE, message, text: "no" })!;
    asked.takeBack.abort();
    assert.equal(await asked.decision, undefined);
    assert.equal(give(), false);
  }));

Deno.test("K11.7 approvals: a choice is answered by its button, or by what is written", () =>
  withChat(async (bench) => {
    const tapped = await ask(bench, { choices: [CHOICE] });
    await tap(bench, tapped, "Blue");
    assert.deepEqual(await tapped.decision, { behavior: "answer", answers: ["Blue"] });
    await shows(bench, "➡️ Blue");
    const written = await ask(bench, { choices: [CHOICE] });
    write(written, "Green, if there is any");
    const answers = ["Green, if there is any"];
    assert.deepEqual(await written.decision, { behavior: "answer", answers });
    await shows(bench, "➡️ Green, if there is any");
  }));

Deno.test("K11.7 approvals: several are ticked and unticked until Done, which wants at least one", () =>
  withChat(async (bench) => {
    const asked = await ask(bench, { choices: [{ ...CHOICE, several: true }] });
    const labels = () => buttonsOf(bench.message("Colour")).map(({ text }) => text).join();
    assert.equal(labels(), "Red,Blue,Done");
    const none = { keep: true, toast: "Tap at least one, or write your answer." };
    assert.deepEqual(await tap(bench, asked, "Done"), none);
    for (const label of ["Blue", "Red", "Blue", "Blue"]) await tap(bench, asked, label);
    for (let tries = 0; labels() !== "✅ Red,✅ Blue,Done" && tries < 100; tries++) {
      await bench.clock.advance(1000);
    }
    assert.equal(labels(), "✅ Red,✅ Blue,Done");
    await tap(bench, asked, "Done");
    assert.deepEqual(await asked.decision, { behavior: "answer", answers: ["Red, Blue"] });
    await shows(bench, "➡️ Red, Blue");
  }));

Deno.test("K11.7 approvals: questions come one after the other; the same answers make all of them", () =>
  withChat(async (bench) => {
    const size = { ...CHOICE, header: "Size", question: "Which size?", options: [option("S")] };
    const asked = await ask(bench, { choices: [CHOICE, size] });
    assert.match(asked.message.text!, /^Colour \(1 of 2\)/);
    assert.equal(bench.api.chat.size, 1);
    await tap(bench, asked, "Red");
    await bench.until(() => bench.api.chat.size === 2);
    write(asked, "huge");
    assert.deepEqual(await asked.decision, { behavior: "answer", answers: ["Red", "huge"] });
  }));

Deno.test("K11.7 approvals: a plan is approved, or goes on with what is written", () =>
  withChat(async (bench) => {
    const plan = { plan: "# Steps\n\n1. **Do** it" };
    const approved = await ask(bench, plan);
    assert.deepEqual(
      buttonsOf(approved.message).map(({ text }) => text),
      ["Approve", "Keep planning"],
    );
    await tap(bench, approved, "Approve");
    assert.deepEqual(await approved.decision, { behavior: "allow" });
    await shows(bench, "✅ Approved");
    const goesOn = await ask(bench, plan);
    await tap(bench, goesOn, "Keep planning");
    assert.deepEqual(await goesOn.decision, { behavior: "deny" });
    const written = await ask(bench, plan);
    write(written, "Also write tests");
    assert.deepEqual(await written.decision, { behavior: "deny", reason: "Also write tests" });
    await shows(bench, "✏️ Keep planning: Also write tests");
  }));

Deno.test("approvals: nobody answers for half an hour, and that is a no", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    await bench.clock.advance(30 * 60_000 - 1);
    assert.ok(!bench.api.texts()[0]!.includes("Expired"));
    await bench.clock.advance(1);
    const { behavior } = (await asked.decision)!;
    assert.equal(behavior, "deny");
    await shows(bench, "⌛ Expired");
  }));

Deno.test("approvals: a turn that ends takes its question back, and nothing is decided", () =>
  withChat(async (bench) => {
    const asked = await ask(bench);
    asked.takeBack.abort();
    assert.equal(await asked.decision, undefined);
    await shows(bench, "Taken back");
    const late = await tap(bench, asked, "Allow");
    assert.deepEqual(late, { keep: true, toast: "Already answered." });
    assert.equal(bench.clock.sleeping, 0);
  }));

Deno.test("approvals: a question that the end of the program cut off allows nothing afterwards", () =>
  withChat(async (bench) => {
    const before = await ask(bench);
    await bench.crash();
    const cut = () => bench.api.texts()[0]!.endsWith("\n\n⏸ A restart came in between");
    await bench.until(cut);
    const after = { ...before, approvals: new Approvals(bench.outbox, bench.clock) };
    const word = await tap(bench, after, "Allow");
    assert.match((word as { toast: string }).toast, /^A restart came in between/);
    assert.equal(write(after, "no"), false);
    await bench.outbox.flush(AbortSignal.timeout(1000));
    assert.ok(cut());
  }));
