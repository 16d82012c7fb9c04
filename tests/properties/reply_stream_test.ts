import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { Outbox } from "../../src/telegram/outbox.ts";
import { OutboxJournal } from "../../src/telegram/outbox_journal.ts";
import { render, split, stripMarkers } from "../../src/telegram/render/mod.ts";
import { takeBack } from "../../src/base/take_back.ts";
import { ReplyStream } from "../../src/chat/reply/reply_stream.ts";
import { FakeApi, type Trouble } from "../support/fake_api.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

type Event =
  | { do: "text"; text: string }
  /** So many characters are taken back, from the end of what was said last. */
  | { do: "withdraw"; count: number }
  | { do: "paragraph" }
  | { do: "tool"; name: string; input: string }
  | { do: "thinking"; text: string }
  | { do: "status"; what: "compacting" | "retrying" | null }
  /** A question that is answered after so long. */
  | { do: "ask"; ms: number }
  /** Something else is said in the chat. */
  | { do: "post" }
  | { do: "user writes" }
  | { do: "wait"; ms: number };

const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom("**bold** ", "\n\n", "```\ncode", "\n```\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"),
  fc.constantFrom("[button:Yes]", "[but", "<file:/tmp/x>", "<fi", "- item\n", "# Head\n"),
  fc.nat(3000).map((n) => "lorem ipsum ".repeat(n / 12)),
);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: words.map((text): Event => ({ do: "text", text })) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: "paragraph" }) },
  { weight: 1, arbitrary: fc.nat(30).map((count): Event => ({ do: "withdraw", count })) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: "post" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("tool" as const),
      name: fc.string(),
      input: fc.string(),
    }),
  },
  { weight: 1, arbitrary: fc.string().map((text): Event => ({ do: "thinking", text })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("compacting" as const, "retrying" as const, null)
      .map((what): Event => ({ do: "status", what })),
  },
  { weight: 3, arbitrary: fc.nat(5000).map((ms): Event => ({ do: "wait", ms })) },
  { weight: 1, arbitrary: fc.nat(9000).map((ms): Event => ({ do: "ask", ms })) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: "user writes" }) },
);
const trouble: fc.Arbitrary<Trouble | undefined> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom<Trouble>("lost before", "lost after") },
  { weight: 1, arbitrary: fc.constant<Trouble>({ code: 502, description: "Bad Gateway" }) },
  {
    weight: 1,
    arbitrary: fc.nat(9).map((retry_after): Trouble => ({
      code: 429,
      description: "Too Many Requests",
      retry_after,
    })),
  },
);

/** What is to be read in the end, said in the simplest way: what stays above, and the answer. */
function saidIn(events: Event[]): { above: string[]; rings: string[]; answer: string } {
  const above: string[] = [];
  const rings: string[] = [];
  let answer = "";
  let before = "";
  let paragraph = false;
  for (const e of events) {
    if (e.do === "paragraph") paragraph = true;
    if (e.do === "tool" || e.do === "ask") {
      before = answer || before;
      answer = "";
      paragraph = false;
    }
    if (e.do === "ask") {
      above.push(...shownOf(before), "Which one?");
      rings.push("Which one?");
      before = "";
    }
    if (e.do === "post") {
      above.push("By the way.");
      rings.push("By the way.");
    }
    if (e.do === "withdraw") {
      const taken = tailOf(answer || before, e.count);
      if (answer === "") before = takeBack(before, taken);
      else answer = takeBack(answer, taken);
      paragraph = true;
    }
    if (e.do !== "text") continue;
    const text = answer === "" ? e.text.trimStart() : e.text;
    if (text === "") continue;
    answer += (paragraph && answer !== "" ? "\n\n" : "") + text;
    paragraph = false;
  }
  return { above, rings, answer: answer || before };
}

function tailOf(said: string, count: number): string {
  return count === 0 ? "" : said.slice(-count);
}

/** A sound is heard twice when the answer of its send was lost. */
function withoutDoubles(rings: readonly string[]): string[] {
  return rings.filter((text, i) => text !== rings[i - 1]);
}

function shownOf(markdown: string): string[] {
  return split(render(stripMarkers(markdown).markdown)).map(({ text }) => text);
}

Deno.test("K11.1 K11.2 K11.4 any deltas, withdrawals, tools, questions, posts, pauses and troubles of the network: every answer once, in order, newest last, and rings once", async () => {
  const folder = await Deno.makeTempDir();
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        // The turns after the first are the agent's own.
        fc.array(fc.array(event, { maxLength: 15 }), { minLength: 1, maxLength: 3 }),
        fc.array(trouble, { maxLength: 25 }),
        fc.option(fc.constant("⚠️ It failed.")),
        async (turns, troubles, note) => {
          const { journal } = await OutboxJournal.open(join(folder, `${run++}.jsonl`));
          const api = new FakeApi();
          const clock = new FakeClock();
          // A trouble a call, until there are no more.
          // With two sends lost at the same time a double may stay: neither is proven to be which.
          const asks = turns.flat().some((e) => e.do === "ask" || e.do === "post");
          const left = troubles.map((one) => asks && one === "lost after" ? "lost before" : one);
          const lost = left.includes("lost after");
          api.onCall = () => {
            const next = left.shift();
            if (next !== undefined) api.troubles.push(next);
          };
          const outbox = new Outbox({
            api: api.api,
            journal,
            clock,
            editIntervalMs: () => 1000,
            random: () => 0.5,
          });
          const userWrites = () => outbox.saw(1, api.userWrites());
          userWrites();
          const chat = { chatId: 1 };
          const expected: string[] = [];
          const rings: string[] = [];
          for (const events of turns) {
            const post = outbox.open(chat, { held: true });
            const reply = new ReplyStream({
              post,
              screen: { show: (view) => post.show(view), end() {} },
              clock,
              aside: (content) => outbox.send(chat, content, { silent: true }),
              verbosity: "full",
              long: {
                most: Infinity,
                hide: (text) => text,
                keep: () => Promise.reject(new Error("too long")),
              },
              files: { plan: () => Promise.resolve({ files: [], refused: [] }) },
              words: () => ({ note: note ?? "", buttons: [] }),
            });
            for (const [i, e] of events.entries()) {
              if (e.do === "text") reply.text(e.text);
              if (e.do === "withdraw") {
                reply.withdraw(tailOf(saidIn(events.slice(0, i)).answer, e.count));
              }
              if (e.do === "post") {
                await outbox.send(chat, { pieces: [{ text: "By the way.", entities: [] }] });
              }
              if (e.do === "paragraph") reply.paragraph();
              if (e.do === "tool") reply.tool(e.name, e.input);
              if (e.do === "thinking") reply.thinking(e.text);
              if (e.do === "status") reply.status(e.what);
              if (e.do === "wait") await clock.advance(e.ms);
              if (e.do === "user writes") userWrites();
              if (e.do !== "ask") continue;
              using _asked = await reply.asks();
              await outbox.send(chat, { pieces: [{ text: "Which one?", entities: [] }] });
              await clock.advance(e.ms);
            }
            await reply.finish({ outcome: "answered" });
            let delivered = false;
            post.delivered.then(() => delivered = true);
            for (let i = 0; i < 100 && !delivered; i++) await clock.advance(30_000);
            await settle();
            const { above, answer, rings: asked } = saidIn(events);
            const whole = [stripMarkers(answer).markdown, note].filter(Boolean).join("\n\n");
            const pieces = split(render(whole)).map(({ text }) => text);
            // An answer of markers alone, or none at all, still says something.
            if (pieces.length === 0) pieces.push(api.texts().at(-1)!);
            if (shownOf(answer).length === 0 && !note) {
              assert.match(pieces[0]!, /^(Please choose:|Done\.)$/);
            }
            expected.push(...above, ...pieces);
            rings.push(...asked, pieces[0]!);
          }
          assert.deepEqual(api.texts(), expected);
          assert.deepEqual(withoutDoubles(api.rung), withoutDoubles(rings));
          if (!lost) assert.deepEqual(api.rung, rings);
          assert.equal(clock.sleeping, 0);
          outbox.close();
          await journal.close();
        },
      ),
      { numRuns: 150 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
