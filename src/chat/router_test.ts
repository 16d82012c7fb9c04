import assert from "node:assert/strict";
import type { Message, Update } from "grammy/types";
import { aborted } from "../base/async/within.ts";
import { PatternCounter } from "../base/patterns.ts";
import { Conversations } from "../conversation/conversations.ts";
import type { Request } from "../conversation/request.ts";
import { readUpdates } from "../telegram/update.ts";
import { ALICE, type ChatBench, withChat } from "../../tests/support/chat_bench.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { spoiltOnce } from "../../tests/support/junk.ts";
import { UPDATES } from "../../tests/support/telegram_updates.ts";
import { Boundary } from "./boundary.ts";
import { type Command, Commands } from "./commands/command.ts";
import { interruptCommand, stopCommand } from "./commands/stop.ts";
import { fixText } from "../bot_api/formatted_text.ts";
import type { Me } from "./incoming/incoming.ts";
import type { Typed } from "./approvals/approvals.ts";
import { systemClock } from "../base/clock.ts";
import { defaultConfig } from "../config/schema.ts";
import { Steering } from "../conversation/steering.ts";
import { RequestQueue } from "./queue/request_queue.ts";
import { Router, type RouterOptions } from "./router.ts";

const ME: Me = { id: 5, username: "me_bot" };
const ADDRESS = { chatId: ALICE.id };

interface Bench extends ChatBench {
  router: Router;
  conversations: Conversations;
  /** Texts that went to the agent, in order. Each runs until it is stopped or {@link release}d. */
  asked: string[];
  /** Calls of commands. */
  called: string[];
  /** Updates that are done. */
  done: number[];
  /** What the bot has said, notices left out. */
  said: string[];
  release(): void;
}

let updateId = 0;
const update = (text: string, more: Partial<Message> = {}): Update =>
  ({
    update_id: ++updateId,
    message: {
      message_id: 1000 + updateId,
      date: 1,
      from: ALICE,
      chat: { id: ALICE.id, type: "private", first_name: "Alice" },
      text,
      entities: fixText(text, []).entities,
      ...more,
    },
  }) as Update;

const emptyInbox = { change: () => Promise.resolve(), entries: () => [] };

async function withRouter(
  fn: (bench: Bench) => Promise<void>,
  more: Partial<RouterOptions> = {},
): Promise<void> {
  await withChat(async (chat) => {
    const { outbox } = chat;
    const conversations = new Conversations();
    const [asked, called, said] = [[], [], []] as string[][];
    const done: number[] = [];
    let gate = Promise.withResolvers<void>();
    const inbox = {
      ...emptyInbox,
      done: (ids: readonly number[]) => (done.push(...ids), Promise.resolve()),
    };
    const speaker = {
      say: (_: unknown, text: string) => (said!.push(text), Promise.resolve()),
    };
    const queue = new RequestQueue({
      steering: new Steering(),
      places: { of: (seat) => Promise.resolve({ seat }) },
      clock: systemClock,
      config: () => defaultConfig(),
      timeZone: () => "UTC",
      conversations,
      inbox,
      outbox,
      async turn(request: Request, signal) {
        asked!.push(request.text);
        await Promise.race([gate.promise, aborted(signal)]);
        await inbox.done(request.updateIds);
      },
    });
    const command = (name: string, when: Command["when"]): Command => ({
      name,
      description: name,
      group: "System",
      when,
      run({ args }) {
        called!.push(args === "" ? name : `${name} ${args}`);
        return args === "fail" ? Promise.reject(new Error("on purpose")) : Promise.resolve();
      },
    });
    const router = new Router({
      me: () => Promise.resolve(ME),
      boundary: new Boundary({ outbox, secrets: () => [] }),
      commands: new Commands([
        stopCommand({
          conversations,
          inbox,
          besides: { stop: () => Promise.resolve([]) },
          logIns: { stop: () => Promise.resolve([]) },
          pool: { stopBackground: () => Promise.resolve([]) },
          automation: { scheduler: { view: () => Promise.resolve([]) } },
          speaker,
        }),
        interruptCommand({ conversations, speaker }),
        command("status", "now"),
        command("new", "in_turn"),
      ]),
      presses: { handle: () => Promise.resolve(false) },
      approvals: { take: () => undefined },
      queue,
      conversations,
      inbox,
      outbox,
      moveGroup: () => Promise.resolve(),
      speaker,
      media: { announce: () => Promise.resolve() },
      patterns: new PatternCounter(),
      ...more,
    });
    const release = () => {
      const open = gate;
      gate = Promise.withResolvers();
      open.resolve();
    };
    await fn({
      ...chat,
      router,
      conversations,
      asked: asked!,
      called: called!,
      said: said!,
      done,
      release,
    });
    await conversations.close(AbortSignal.abort());
  });
}

Deno.test("router: text goes to the agent and is done when it is answered", () =>
  withRouter(async ({ router, asked, done, release }) => {
    const hello = update("hello");
    await router.handle([hello]);
    assert.deepEqual([asked, done], [["hello"], []]);
    release();
    await settle();
    assert.deepEqual(done, [hello.update_id]);
  }));

Deno.test("router: a quick command answers while a turn runs, another one waits for its place", () =>
  withRouter(async ({ router, called, done, release, until }) => {
    await router.handle([update("work")]);
    const [status, fresh] = [update("/status@me_bot now"), update("/new")];
    await router.handle([fresh]);
    await router.handle([status]);
    assert.deepEqual(called, ["status now"]);
    assert.deepEqual(done, [status.update_id]);
    release();
    await until(() => done.includes(fresh.update_id));
    assert.deepEqual(called, ["status now", "new"]);
  }));

Deno.test("router: commands that are not ours reach the agent, those for another bot nobody", () =>
  withRouter(async ({ router, asked, called }) => {
    await router.handle([update("/compact hard")]);
    await router.handle([update("/status@other_bot")]);
    assert.deepEqual([asked, called], [["/compact hard"], []]);
  }));

Deno.test("router: a command that fails is said and done, and what waits goes on", () =>
  withRouter(async ({ router, api, done, until, asked }) => {
    const [now, later] = [update("/status fail"), update("/new fail")];
    await router.handle([now]);
    await router.handle([later]);
    await until(() => api.texts().length === 2 && done.length === 2);
    assert.ok(api.texts().every((text) => text.includes("did not work: on purpose.")));
    await router.handle([update("go on")]);
    assert.deepEqual(asked, ["go on"]);
  }));

for (const word of ["/stop", "stop", "Abbruch"]) {
  Deno.test(`router: ${word} ends what runs and drops what waits, before either can begin`, () =>
    withRouter(async ({ router, asked, said, done }) => {
      const [one, two, stop] = [update("one"), update("two"), update(word)];
      // Handed over at once, as a delivery of several is.
      await Promise.all([one, two, stop].map((each) => router.handle([each])));
      await settle();
      assert.deepEqual(asked, ["one"]);
      assert.deepEqual(said, ["⏹ Stopped. One waiting message was dropped."]);
      assert.deepEqual(done.toSorted(), [one, two, stop].map(({ update_id }) => update_id));
    }));
}

Deno.test("router: a stop word is a message like any other while nothing runs, or when it is forwarded", () =>
  withRouter(async ({ router, asked, conversations }) => {
    await router.handle([update("stop")]);
    assert.deepEqual(asked, ["stop"]);
    const forward_origin = { type: "hidden_user", sender_user_name: "Bob", date: 1 } as const;
    await router.handle([update("stop", { forward_origin } as never)]);
    assert.ok(conversations.at(ADDRESS)!.running);
    assert.equal(conversations.at(ADDRESS)!.waiting.length, 1);
  }));

Deno.test("router: /interrupt ends what runs, and what waits goes on", () =>
  withRouter(async ({ router, asked, said }) => {
    await router.handle([update("one")]);
    await router.handle([update("two")]);
    await router.handle([update("/interrupt")]);
    await settle();
    assert.deepEqual([asked, said], [["one", "two"], []]);
  }));

Deno.test("router: `!` in front goes before what waits, and ends what runs", () =>
  withRouter(async ({ router, asked }) => {
    for (const text of ["one", "two", "!now"]) await router.handle([update(text)]);
    await settle();
    assert.deepEqual(asked, ["one", "now"]);
  }));

Deno.test("K11.6 router: words answer the open question and are done before; commands and the rest are not answers", () => {
  const order: string[] = [];
  const take = ({ text }: Typed) => () => order.push(text) > 0;
  const inbox = {
    ...emptyInbox,
    done: (ids: readonly number[]) => Promise.resolve(void order.push(`${ids}`)),
  };
  return withRouter(async ({ router, asked, called, said }) => {
    const words = [update("because"), update("of that")];
    await router.handle(words);
    const ids = `${words.map(({ update_id }) => update_id)}`;
    assert.deepEqual(order.slice(0, 2), [ids, "because\nof that"]);
    order.length = 0;
    await router.handle([update("/status")]);
    await router.handle([update("/new")]);
    await router.handle([update("/compact")]);
    await router.handle([update("!now")]);
    const forwarded = update("theirs");
    Object.assign(forwarded.message!, { forward_origin: { type: "hidden_user" } });
    await router.handle([forwarded]);
    const picture = update("");
    Object.assign(picture.message!, { photo: [{ file_id: "p", file_unique_id: "p" }] });
    delete picture.message!.text;
    await router.handle([picture]);
    await settle();
    assert.deepEqual(called, ["status", "new"]);
    assert.deepEqual(asked, ["/compact", "now"]);
    assert.ok(!order.some((one) => /[a-z]/.test(one)), "none of that is an answer");
    await router.handle([update("/stop")]);
    assert.match(said.join(), /Stopped|Nothing/);
  }, { approvals: { take }, inbox });
});

Deno.test("K11.6 router: words for a question that has just ended go to the agent", () =>
  withRouter(async ({ router, asked }) => {
    await router.handle([update("because")]);
    await settle();
    assert.deepEqual(asked, ["because"]);
  }, { approvals: { take: () => () => false } }));

Deno.test("router: an edit changes a message that waits, and no other", () =>
  withRouter(async ({ router, asked, done, release }) => {
    const [one, two] = [update("one"), update("two")];
    await router.handle([one]);
    await router.handle([two]);
    const edit = ({ message }: Update, text: string): Update =>
      ({ update_id: ++updateId, edited_message: { ...message!, text } }) as Update;
    const edits = [edit(one, "too late"), edit(two, "in time")];
    for (const each of edits) await router.handle([each]);
    assert.deepEqual(done, edits.map(({ update_id }) => update_id));
    release();
    await settle();
    assert.deepEqual(asked, ["one", "in time"]);
  }));

Deno.test("router: a press is done at once, unless it became a request", async () => {
  const press = { update_id: 7, callback_query: { id: "q", from: ALICE } } as Update;
  for (const request of [false, true]) {
    await withRouter(async ({ router, done }) => {
      await router.handle([press]);
      assert.deepEqual(done, request ? [] : [7]);
    }, { presses: { handle: () => Promise.resolve(request) } });
  }
});

Deno.test("router: a group that has moved takes its sessions along", async () => {
  const moves: [number, number][] = [];
  const move = (...ids: [number, number]) => (moves.push(ids), Promise.resolve());
  await withRouter(async ({ router, done }) => {
    const moved = update("", { migrate_to_chat_id: -1005 } as never);
    await router.handle([moved]);
    assert.deepEqual([moves, done], [[[ALICE.id, -1005]], [moved.update_id]]);
  }, { moveGroup: move });
});

Deno.test("router: a request runs and is not done, though telling about its files failed", () =>
  withRouter(async ({ router, asked, done }) => {
    await router.handle([update("look")]);
    assert.deepEqual([asked, done], [["look"], []]);
  }, { media: { announce: () => Promise.reject(new Error("full")) } }));

Deno.test("router: what cannot be handled is done with, what was not looked at is kept", async () => {
  await withRouter(async ({ router, done }) => {
    await router.handle([{ update_id: 3, callback_query: {} } as Update]);
    assert.deepEqual(done, [3]);
  }, { presses: { handle: () => Promise.reject(new Error("on purpose")) } });
  await withRouter(async ({ router, done }) => {
    await router.handle([update("hello")]);
    assert.deepEqual(done, []);
  }, { me: () => Promise.reject(new Error("the program ends")) });
});

Deno.test("router: no update, however odd, is in the way of the next one", () =>
  withRouter(async ({ router, asked, conversations }) => {
    for (const right of UPDATES) {
      for (const odd of readUpdates([...spoiltOnce(right)].slice(0, 60))) {
        await router.handle([odd]);
      }
    }
    await router.handle([]);
    conversations.at(ADDRESS)?.stop();
    await settle();
    await router.handle([update("and now?")]);
    assert.equal(asked.at(-1), "and now?");
  }));
