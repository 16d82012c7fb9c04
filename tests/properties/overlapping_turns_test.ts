/**
 * Turns that overlap in one chat (what the user asked, what the agent was woken for), with questions
 * that are tapped and answered in words: in time, twice, by others, and when all is over.
 */
import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import fc from "fast-check";
import type { PermissionDecision } from "../../src/agents/agent.ts";
import { takeBack } from "../../src/base/take_back.ts";
import { Approvals } from "../../src/chat/approvals/approvals.ts";
import { TelegramSpeaker } from "../../src/chat/reply/speaker.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { type Relay, relay } from "../../src/conversation/relay.ts";
import type { Reply } from "../../src/conversation/speaker.ts";
import { ALICE, BOB, type ChatBench, withChat } from "../support/chat_bench.ts";
import { permission } from "../support/scripted_agent.ts";

/** What happens in one of the turns. */
type Step =
  | { do: "text"; words: number }
  /** What was said last is void. */
  | { do: "withdraw" }
  | { do: "tool" }
  | { do: "ask" }
  | { do: "finish" };
/** On any of the questions that there were so far. */
interface Tap {
  do: "tap";
  question: number;
  button: number;
  by: "alice" | "bob";
  times: number;
}
type Event =
  | { in: number; step: Step }
  | Tap
  | { do: "answer in words" }
  | { do: "user writes" }
  | { do: "wait"; ms: number };

const TURNS = 3;
const BUTTONS = ["Allow", "Deny", "Allow for this session"];
const DECISIONS = ["allow", "deny", "allow_session"];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 30 }).map((words): Step => ({ do: "text", words })),
  },
  ...(["withdraw", "tool", "ask", "finish"] as const)
    .map((what) => ({ weight: 1, arbitrary: fc.constant<Step>({ do: what }) })),
);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ in: fc.nat(TURNS - 1), step }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("tap" as const),
      question: fc.nat(9),
      button: fc.nat(2),
      by: fc.constantFrom("alice" as const, "alice" as const, "bob" as const),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ do: "answer in words" }) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: "user writes" }) },
  { weight: 2, arbitrary: fc.nat(4000).map((ms): Event => ({ do: "wait", ms })) },
);

interface Turn {
  reply: Reply;
  shown: Relay;
  /** As the user is to read it: what follows the last tool or question, and what stood before that. */
  answer: string;
  before: string;
  pieces: number;
}

interface Question {
  turn: Turn;
  message: Message;
  /** What the agent was told, and what it is to be told. */
  given: PermissionDecision[];
  wanted: string[];
  over: boolean;
}

class Chat {
  readonly turns = new Map<number, Turn>();
  readonly questions: Question[] = [];
  /** What is to be read in the end, from top to bottom, and what is to ring. */
  readonly expected: string[] = [];
  readonly rings: string[] = [];
  readonly speaker: TelegramSpeaker;
  readonly approvals: Approvals;
  #began = 0;

  constructor(readonly bench: ChatBench) {
    this.approvals = new Approvals(bench.outbox, bench.clock);
    const config = { ...defaultConfig(), status_reactions: false };
    this.speaker = new TelegramSpeaker({
      api: bench.api.api,
      outbox: bench.outbox,
      approvals: this.approvals,
      clock: bench.clock,
      config: () => config,
      timeZone: () => "UTC",
      hide: (_chat, text) => text,
      places: { of: (seat) => Promise.resolve({ seat }) },
      keep: () => Promise.reject(new Error("too long")),
      files: { plan: () => Promise.resolve({ files: [], refused: [] }) } as never,
    });
  }

  #turn(number: number): Turn {
    const known = this.turns.get(number);
    if (known) return known;
    const request = {
      updateIds: number === 0 ? [1] : [],
      address: { chatId: ALICE.id },
      userId: ALICE.id,
      text: "",
    };
    const reply = this.speaker.reply(request);
    const asks = () => ({ [Symbol.dispose]() {} });
    const { signal } = new AbortController();
    const shown = relay({ request, reply, signal }, { speaker: this.speaker, asks });
    const turn = { reply, shown, answer: "", before: "", pieces: this.#began++ * 1000 };
    this.turns.set(number, turn);
    return turn;
  }

  async step(number: number, step: Step): Promise<void> {
    const turn = this.#turn(number);
    const { shown } = turn;
    switch (step.do) {
      case "text": {
        const text = `${turn.pieces++}: ${"word ".repeat(step.words)}`;
        turn.answer += text;
        return shown.observe({ type: "text", text });
      }
      case "withdraw": {
        const text = /\d+: (word )+$/.exec(turn.answer)?.[0] ?? "";
        turn.answer = takeBack(turn.answer, text);
        shown.observe({ type: "withdrawn", text });
        // What follows begins a paragraph, as an agent's answer does then.
        if (turn.answer !== "") turn.answer = `${turn.answer.trimEnd()}\n\n`;
        return;
      }
      case "tool":
        this.#setAside(turn);
        shown.observe({ type: "tool", phase: "start", id: "t", name: "Bash", input: "ls" });
        return shown.observe({ type: "tool", phase: "end", id: "t", name: "Bash", input: "ls" });
      case "ask":
        return await this.#ask(turn);
      case "finish":
        this.turns.delete(number);
        return await this.#finish(turn);
    }
  }

  #setAside(turn: Turn): void {
    turn.before = turn.answer.trim() === "" ? turn.before : turn.answer;
    turn.answer = "";
  }

  async #ask(turn: Turn): Promise<void> {
    const { bench, questions, expected } = this;
    this.#setAside(turn);
    if (turn.before.trim() !== "") expected.push(turn.before.trim());
    turn.before = "";
    const given: PermissionDecision[] = [];
    const id = `${questions.length}`;
    turn.shown.observe({ ...permission(given, id), title: `Run ${id}.` });
    const title = `Allow this? Run ${id}.`;
    await bench.until(() => bench.api.texts().some((text) => text.startsWith(title)));
    expected.push(title);
    this.rings.push(title);
    questions.push({ turn, message: bench.message(title), given, wanted: [], over: false });
  }

  async #finish(turn: Turn): Promise<void> {
    const { bench, questions } = this;
    if ((turn.answer || turn.before).trim() === "") {
      turn.answer = "The end.";
      turn.shown.observe({ type: "text", text: "The end." });
    }
    turn.shown[Symbol.dispose]();
    for (const question of questions) question.over ||= question.turn === turn;
    await turn.reply.finish({ outcome: "answered" });
    let delivered = false;
    turn.reply.delivered.then(() => delivered = true);
    await bench.until(() => {
      void bench.clock.advance(10);
      return delivered;
    });
    const text = (turn.answer.trim() === "" ? turn.before : turn.answer).trim();
    this.expected.push(text);
    this.rings.push(text);
  }

  async tap({ question, button, by, times }: Tap): Promise<void> {
    const { bench, questions } = this;
    if (questions.length === 0) return;
    const asked = questions[question % questions.length]!;
    const who = by === "alice" ? ALICE : BOB;
    for (let i = 0; i < times; i++) {
      await this.approvals.actions[0]!.press(bench.press(asked.message, BUTTONS[button]!, who));
    }
    if (by === "alice" && !asked.over) this.#answered(asked, DECISIONS[button]!);
    await this.#told(asked);
  }

  async answerInWords(): Promise<void> {
    const newest = this.questions.findLast(({ over }) => !over);
    const text = "rather not";
    const message = { message_id: this.bench.api.userWrites(), text } as Message;
    const give = this.approvals.take({
      address: { chatId: ALICE.id },
      from: ALICE,
      message,
      text,
    });
    assert.equal(give === undefined, newest === undefined);
    if (!newest || !give) return;
    assert.ok(give());
    this.#answered(newest, "deny");
    await this.#told(newest);
  }

  #answered(question: Question, decision: string): void {
    question.over = true;
    question.wanted.push(decision);
  }

  async #told({ given, wanted }: Question): Promise<void> {
    await this.bench.until(() => given.length === wanted.length);
  }
}

Deno.test("K11.1 K11.5 overlapping turns, with any taps: every final once, in order, newest last; of the taps on a question the first counts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 3, maxLength: 30 }),
      (events) =>
        withChat(async (bench) => {
          const chat = new Chat(bench);
          for (const one of events) {
            if ("in" in one) await chat.step(one.in, one.step);
            else if (one.do === "tap") await chat.tap(one);
            else if (one.do === "answer in words") await chat.answerInWords();
            else if (one.do === "user writes") bench.outbox.saw(ALICE.id, bench.api.userWrites());
            else await bench.clock.advance(one.ms);
          }
          for (const number of [...chat.turns.keys()]) await chat.step(number, { do: "finish" });
          // Presses after the end of all.
          const before = bench.api.texts();
          const { length } = chat.questions;
          for (let question = 0; question < length; question++) {
            await chat.tap({ do: "tap", question, button: 0, by: "alice", times: 2 });
          }
          await chat.answerInWords();
          await bench.clock.advance(60_000);
          await bench.until(() => bench.api.texts().length === chat.expected.length);
          const shown = bench.api.texts();
          assert.deepEqual(
            shown.map((text, i) => {
              const wanted = chat.expected[i]!;
              return wanted.startsWith("Allow this?") && text.startsWith(wanted) ? wanted : text;
            }),
            chat.expected,
          );
          assert.deepEqual(shown.length, before.length);
          assert.deepEqual(
            bench.api.rung.map((text) => chat.rings.find((ring) => text.startsWith(ring)) ?? text),
            chat.rings,
          );
          for (const { given, wanted } of chat.questions) {
            assert.ok(wanted.length <= 1);
            assert.deepEqual(given.map(({ behavior }) => behavior), wanted);
          }
          assert.equal(bench.clock.sleeping, 0);
        }),
    ),
    { numRuns: 60 },
  );
});
