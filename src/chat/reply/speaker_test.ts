import assert from "node:assert/strict";
import { defaultConfig } from "../../config/schema.ts";
import type { Request } from "../../conversation/request.ts";
import { ALICE, type ChatBench, withChat } from "../../../tests/support/chat_bench.ts";
import { settle } from "../../../tests/support/fake_clock.ts";
import type { Approvals } from "../approvals/approvals.ts";
import { TelegramSpeaker } from "./speaker.ts";

const ADDRESS = { chatId: ALICE.id };
const REQUEST: Request = {
  updateIds: [1],
  address: ADDRESS,
  userId: ALICE.id,
  messageId: 50,
  text: "hello",
};
const GROUP: Request = { ...REQUEST, address: { chatId: -5, threadId: 3 } };

interface Bench extends ChatBench {
  speaker: TelegramSpeaker;
  /** Lets the time pass in which a reply shows nothing, then waits until the condition holds. */
  shown(condition: () => boolean): Promise<void>;
}

function withSpeaker(
  fn: (bench: Bench) => Promise<void>,
  config: Record<string, unknown> = {},
): Promise<void> {
  const usual = defaultConfig();
  const streaming = { ...usual.streaming, ...config.streaming as object };
  return withChat(async (chat) => {
    const speaker = new TelegramSpeaker({
      api: chat.api.api,
      outbox: chat.outbox,
      approvals: {} as Approvals,
      clock: chat.clock,
      config: () => ({ ...usual, ...config, streaming }),
      timeZone: () => "UTC",
      hide: (_, text) => text,
      keep: () => Promise.reject(new Error("too long")),
      places: { of: (seat) => Promise.resolve({ seat }) },
      files: { plan: () => Promise.resolve({ files: [], refused: [] }) } as never,
    });
    const shown = async (condition: () => boolean) => {
      await chat.clock.advance(1000);
      await chat.until(condition);
    };
    await fn({ ...chat, speaker, shown });
  });
}

Deno.test("speaker: an answer grows in one message and ends as what was written", () =>
  withSpeaker(async ({ speaker, api, clock, shown }) => {
    const reply = speaker.reply(REQUEST);
    reply.text("One **two");
    await shown(() => api.texts().join() === "One two");
    reply.text("** three");
    await clock.advance(10_000);
    assert.deepEqual(api.texts(), ["One two three"]);
    assert.equal(api.given("sendMessage").length, 1);
    await reply.finish({ outcome: "answered" });
    await reply.delivered;
    assert.deepEqual(api.texts(), ["One two three"]);
  }));

Deno.test("speaker: the first words of an answer are shown at once; what is over as soon is said once", () =>
  withSpeaker(async ({ speaker, api, clock, until }) => {
    const short = speaker.reply(REQUEST);
    short.text("Yes, that is so.");
    await clock.advance(900);
    assert.deepEqual(api.texts(), []);
    await short.finish({ outcome: "answered" });
    await short.delivered;
    const long = speaker.reply(REQUEST);
    long.text("Here is what I have found in the folder, and more ");
    await clock.advance(200);
    await until(() => api.texts().at(-1)!.startsWith("Here is what"));
    assert.equal(api.given("sendMessage").length, 2);
    await long.finish({ outcome: "answered" });
    await long.delivered;
  }));

Deno.test("K1.7 speaker: what is withdrawn goes from the screen and from what is kept", () =>
  withSpeaker(async ({ speaker, api, clock, shown }) => {
    const reply = speaker.reply(REQUEST);
    reply.text("First.");
    reply.paragraph();
    reply.text("Half an");
    await shown(() => api.texts().length === 1);
    await clock.advance(10_000);
    reply.withdraw("Half an");
    await clock.advance(10_000);
    assert.deepEqual(api.texts(), ["First."]);
    reply.text("Whole a");
    await clock.advance(10_000);
    assert.deepEqual(api.texts(), ["First.\n\nWhole a"]);
    await reply.finish({ outcome: "answered" });
    await reply.delivered;
    assert.deepEqual(api.texts(), ["First.\n\nWhole a"]);
  }));

Deno.test("speaker: without streaming only the finished answer is shown", () =>
  withSpeaker(async ({ speaker, api, clock }) => {
    const reply = speaker.reply(REQUEST);
    reply.text("almost");
    await clock.advance(10_000);
    assert.deepEqual(api.texts(), []);
    await reply.finish({ outcome: "answered" });
    await reply.delivered;
    assert.deepEqual(api.texts(), ["almost"]);
  }, { streaming: { enabled: false } }));

Deno.test("speaker: where drafts do not work the answer is edited, from then on in every chat", () =>
  withSpeaker(async ({ speaker, api, shown }) => {
    api.troubles.push({ code: 400, description: "Bad Request: drafts are not supported" });
    const reply = speaker.reply({ ...REQUEST, messageId: undefined } as never);
    reply.text("first");
    await shown(() => api.texts().includes("first"));
    await reply.finish({ outcome: "answered" });
    const next = speaker.reply({ ...REQUEST, messageId: undefined } as never);
    next.text("second");
    await shown(() => api.texts().includes("second"));
    assert.equal(api.given("sendMessageDraft").length, 1);
    await next.finish({ outcome: "answered" });
  }, { streaming: { mode: "draft" }, status_reactions: false }));

Deno.test("speaker: in a group it is shown what an answer belongs to, and its topic is kept", () =>
  withSpeaker(async ({ speaker, api }) => {
    const said = [speaker.reply(GROUP), speaker.reply(REQUEST)];
    for (const reply of said) {
      reply.text("yes");
      await reply.finish({ outcome: "answered" });
      await reply.delivered;
    }
    assert.deepEqual(
      api.given("sendMessage").map((given) => [given.message_thread_id, given.reply_parameters]),
      [[3, { message_id: 50, allow_sending_without_reply: true }], [undefined, undefined]],
    );
  }));

Deno.test("speaker: what was said under an id is not said again, on its way or arrived", () =>
  withSpeaker(async (bench) => {
    const { speaker, api, outbox } = bench;
    await speaker.say(ADDRESS, "**Back**", { id: "restart" });
    await speaker.say(ADDRESS, "**Back**", { id: "restart" });
    await outbox.flush(AbortSignal.timeout(5000));
    await speaker.say(ADDRESS, "**Back**", { id: "restart" });
    await outbox.flush(AbortSignal.timeout(5000));
    assert.deepEqual(api.texts(), ["Back"]);
  }));

/** Texts that made a sound, as they were sent. */
function rung({ api }: Bench): unknown[] {
  return api.given("sendMessage").filter((given) => !given.disable_notification)
    .map(({ text }) => text);
}

Deno.test("K11.2 K11.4 speaker: after tools the answer is a new message that rings once; what was shown before goes", () =>
  withSpeaker(async (bench) => {
    const { speaker, api, clock, shown } = bench;
    const reply = speaker.reply(REQUEST);
    reply.thinking("");
    await shown(() => api.texts().length === 1);
    reply.text("I will look.");
    reply.tool("Bash", "ls");
    await clock.advance(4000);
    assert.deepEqual(api.texts(), ["I will look.\n\n⚙️ Bash: ls"]);
    reply.text("All is **well");
    await clock.advance(70_000);
    assert.deepEqual(api.texts(), ["All is well"]);
    reply.text("**.");
    await reply.finish({ outcome: "answered" });
    await reply.delivered;
    assert.deepEqual(api.texts(), ["All is well."]);
    assert.deepEqual(rung(bench), ["All is well."]);
  }));

Deno.test("K11.2 speaker: what takes less than a second is one message that rings, whatever it was", () =>
  withSpeaker(async (bench) => {
    const { speaker, api, clock } = bench;
    for (const [i, tool] of [false, true].entries()) {
      const reply = speaker.reply(REQUEST);
      reply.thinking("");
      reply.text("I look.");
      if (tool) reply.tool("Read", "x");
      await clock.advance(900);
      reply.text(` Answer ${i}`);
      await reply.finish({ outcome: "answered" });
      await reply.delivered;
    }
    assert.deepEqual(api.methods().filter((name) => name !== "setMessageReaction"), [
      "sendMessage",
      "sendMessage",
    ]);
    assert.deepEqual(rung(bench), ["I look. Answer 0", "Answer 1"]);
  }));

Deno.test("K11.2 speaker: words that were shown and followed by a tool do not ring, nor does what streams for long; the answer does", () =>
  withSpeaker(async (bench) => {
    const { speaker, api, shown } = bench;
    for (const tool of [true, false]) {
      const reply = speaker.reply(REQUEST);
      reply.text("First words");
      await shown(() => api.texts().at(-1) === "First words");
      if (tool) reply.tool("Bash", "make");
      reply.text(", last words");
      await reply.finish({ outcome: "answered" });
      await reply.delivered;
    }
    const said = [", last words", "First words, last words"];
    assert.deepEqual([api.texts(), rung(bench)], [said, said]);
  }));

Deno.test("K11.2 speaker: what is asked and what is finished waits for nothing", () =>
  withSpeaker(async ({ speaker, api, clock, outbox, until }) => {
    outbox.open(ADDRESS).show(() => ({ pieces: [{ text: "May I?", entities: [] }] }));
    await until(() => api.texts().includes("May I?"));
    await speaker.say(ADDRESS, "A word.");
    await until(() => api.texts().includes("A word."));
    assert.equal(clock.now(), Date.UTC(2026, 10, 23, 12));
  }));

Deno.test("K11.4 speaker: words before the last tool are the answer when nothing follows; a sub-agent's tools change nothing", () =>
  withSpeaker(async ({ speaker, api }) => {
    const silent = speaker.reply(REQUEST);
    silent.text("I start it.");
    silent.tool("Bash", "server &");
    await silent.finish({ outcome: "answered" });
    await silent.delivered;
    const inner = speaker.reply(REQUEST);
    inner.text("Half ");
    inner.tool("Read", "x", { inner: true });
    inner.text("and half.");
    await inner.finish({ outcome: "answered" });
    await inner.delivered;
    assert.deepEqual(api.texts(), ["I start it.", "Half and half."]);
  }));

Deno.test("K11.3 speaker: a step shows its seconds while it lasts, thinking too", () =>
  withSpeaker(async ({ speaker, api, clock, shown }) => {
    const reply = speaker.reply(REQUEST);
    reply.tool("Bash", "make");
    await shown(() => api.texts()[0] === "⚙️ Bash: make");
    await clock.advance(45_000);
    assert.match(api.texts()[0]!, /^⚙️ Bash: make · 4[0-6] s$/);
    reply.thinking("");
    await clock.advance(4000);
    assert.deepEqual(api.texts(), ["💭 Thinking…"]);
    await clock.advance(66_000);
    assert.match(api.texts()[0]!, /^💭 Thinking… · 1 min [0-9] s$/);
    // Every five seconds, not more.
    assert.deepEqual(api.given("editMessageText").length, 23);
    await reply.finish({ outcome: "stopped" });
    await reply.delivered;
    assert.deepEqual(api.texts(), []);
    assert.equal(clock.sleeping, 0);
  }));

Deno.test("K11.1 speaker: a question stands below what was said before it, and what follows below the question", () =>
  withSpeaker(async (bench) => {
    const { speaker, api, clock, outbox, until } = bench;
    const shows = (...texts: string[]) => until(() => api.texts().join("|") === texts.join("|"));
    const reply = speaker.reply(REQUEST);
    reply.text("It would go for good.");
    reply.tool("Bash", "rm x");
    await clock.advance(1000);
    await shows("It would go for good.\n\n⚙️ Bash: rm x");
    {
      using _asked = await reply.asks();
      await outbox.send(ADDRESS, { pieces: [{ text: "Allow this?", entities: [] }] });
      await clock.advance(2000);
      await shows("It would go for good.", "Allow this?");
      await clock.advance(60_000);
      assert.deepEqual(api.texts(), ["It would go for good.", "Allow this?"]);
    }
    await shows("It would go for good.", "Allow this?", "⚙️ Bash: rm x");
    reply.text("It is gone.");
    await reply.finish({ outcome: "answered" });
    await reply.delivered;
    assert.deepEqual(api.texts(), ["It would go for good.", "Allow this?", "It is gone."]);
    assert.deepEqual(rung(bench).slice(-2), ["Allow this?", "It is gone."]);
  }));

Deno.test("speaker: the message shows that it is worked on and how that went, where that is wanted", async () => {
  const reactions = (status_reactions: boolean) => {
    const shown: unknown[] = [];
    return withSpeaker(async ({ speaker, api }) => {
      const reply = speaker.reply(REQUEST);
      await reply.finish({ outcome: "answered" });
      await settle();
      shown.push(...api.given("setMessageReaction").map(({ reaction }) => reaction));
    }, { status_reactions }).then(() => shown);
  };
  assert.deepEqual(await reactions(false), []);
  assert.deepEqual(await reactions(true), [
    [{ type: "emoji", emoji: "👀" }],
    [{ type: "emoji", emoji: "👌" }],
  ]);
});

Deno.test("speaker: typing is shown again before it fades, and ends when it is over", () =>
  withSpeaker(async ({ speaker, api, clock }) => {
    const shown = () => api.given("sendChatAction").length;
    {
      using _typing = speaker.typing({ ...ADDRESS, threadId: 3 });
      await clock.advance(8000);
      assert.equal(shown(), 3);
      assert.deepEqual(api.given("sendChatAction")[0], {
        chat_id: ALICE.id,
        action: "typing",
        message_thread_id: 3,
      });
    }
    await clock.advance(60_000);
    assert.equal(shown(), 3);
    assert.equal(clock.sleeping, 0);
  }));

Deno.test("speaker: nobody types in a chat that Telegram lets wait", () =>
  withSpeaker(async ({ speaker, api, clock, outbox, until }) => {
    api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 30 });
    await speaker.say(ADDRESS, "hello");
    await until(() => outbox.paused(ALICE.id));
    using _typing = speaker.typing(ADDRESS);
    await clock.advance(29_000);
    assert.equal(api.given("sendChatAction").length, 0);
    await clock.advance(10_000);
    assert.ok(api.given("sendChatAction").length > 0);
  }));
