/**
 * Whatever fails, and whenever the program ends: every final stands, once if the ids of the chat are
 * known, and nothing is edited or deleted but messages of the post itself.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { Content } from "../../src/telegram/content.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { OutboxJournal } from "../../src/telegram/outbox_journal.ts";
import type { Post } from "../../src/telegram/post.ts";
import { FakeApi, type Trouble } from "../support/fake_api.ts";
import { FakeClock } from "../support/fake_clock.ts";

const CHAT = 42;
const LOOKS = ["plain", "bold", "button"] as const;

type Action =
  | { do: "final"; same: boolean; look: typeof LOOKS[number]; pieces: number }
  | { do: "live" }
  | { do: "grow"; which: number }
  | { do: "finish"; which: number }
  | { do: "edit"; which: number }
  | { do: "user"; seen: boolean }
  | { do: "beside"; fails: boolean }
  | { do: "wait"; ms: number }
  | { do: "restart" };

const which = fc.nat(5);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("final" as const),
      same: fc.boolean(),
      look: fc.constantFrom(...LOOKS),
      pieces: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Action>({ do: "live" }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("grow", "finish", "edit"), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("user" as const), seen: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("beside" as const), fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(3000) }) },
  { weight: 2, arbitrary: fc.constant<Action>({ do: "restart" }) },
);
const trouble: fc.Arbitrary<Trouble | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Trouble>(
      "refused",
      "lost before",
      "lost after",
      "hangs before",
      "hangs after",
      { code: 502, description: "Bad Gateway" },
      { code: 429, description: "Too Many Requests", retry_after: 2 },
    ),
  },
);

/** A text begins with what it belongs to. */
const ownerOf = (text: string) => text.split(":")[0]!;

function looking(look: typeof LOOKS[number], ...texts: string[]): Content {
  const bold = { type: "bold" as const, offset: 0, length: 1 };
  return {
    pieces: texts.map((text) => ({ text, entities: look === "bold" ? [bold] : [] })),
    ...look === "button" && {
      keyboard: { inline_keyboard: [[{ text: "Yes", callback_data: "b:0.0" }]] },
    },
  };
}

class World {
  readonly api = new FakeApi();
  readonly clock = new FakeClock();
  outbox!: Outbox;
  #journal: OutboxJournal | undefined;
  #run = 0;
  #lives: { post: Post; text: string }[] = [];
  /** How often each text must stand at least. */
  readonly promised = new Map<string, number>();
  #count = 0;

  /** One a call, until there are no more. */
  readonly troubles: (Trouble | undefined)[] = [];

  constructor(readonly folder: string) {
    this.api.onCall = () => {
      const next = this.troubles.shift();
      if (next !== undefined) this.api.troubles.push(next);
    };
  }

  /** As after kill -9: what is on disk at this moment is what the next run finds. */
  async restart(): Promise<void> {
    const [before, after] = [this.#path(this.#run), this.#path(++this.#run)];
    this.outbox?.close();
    await Deno.copyFile(before, after).catch(() => {});
    await this.#journal?.close();
    this.#lives = [];
    this.api.troubles.length = 0;
    const { journal, left } = await OutboxJournal.open(after);
    this.#journal = journal;
    const { api: { api }, clock } = this;
    this.outbox = new Outbox({
      api,
      journal,
      clock,
      editIntervalMs: () => 1000,
      random: () => 0.5,
    });
    this.outbox.resume(left);
  }

  async act(action: Action): Promise<void> {
    const { api, clock, outbox } = this;
    const name = `p${this.#count++}`;
    switch (action.do) {
      case "final": {
        const owner = action.same ? `same ${action.look}` : name;
        const texts = Array.from({ length: action.pieces }, (_, n) => `${owner}:${n}`);
        await outbox.send({ chatId: CHAT }, looking(action.look, ...texts));
        for (const text of texts) this.#promise(text);
        return;
      }
      case "live": {
        const live = { post: outbox.open({ chatId: CHAT }), text: `${name}:` };
        this.#lives.push(live);
        return live.post.show(() => looking("plain", live.text));
      }
      case "grow": {
        const live = this.#lives[action.which];
        if (live) live.text += " more";
        return live?.post.show(() => looking("plain", live.text));
      }
      case "finish": {
        const [live] = this.#lives.splice(action.which, 1);
        if (!live) return;
        const text = `${live.text} the end`;
        await live.post.finish(looking("plain", text));
        return this.#promise(text);
      }
      case "edit": {
        // A panel that shows something else.
        const panel = [...api.chat.values()].find(({ text }) => text.startsWith("panel"));
        if (!panel) return;
        await outbox.edit({ chatId: CHAT }, panel.id, looking("plain", `panel:${name}`));
        return;
      }
      case "user": {
        const id = api.userWrites();
        if (action.seen) outbox.saw(CHAT, id);
        return;
      }
      case "beside":
        return await outbox.beside(CHAT, () => {
          const message_id = api.elsewhere(`${name}:picture`);
          return action.fails ? Promise.reject(new Error("lost")) : Promise.resolve({ message_id });
        }).catch(() => {});
      case "wait":
        return await clock.advance(action.ms);
      case "restart":
        return await this.restart();
    }
  }

  /** The user writes, and a panel is there. */
  async begin(): Promise<void> {
    this.outbox.saw(CHAT, this.api.userWrites());
    const panel = await this.outbox.send({ chatId: CHAT }, looking("plain", "panel:"));
    await panel.delivered;
  }

  /** Lets everything come to its end without further troubles. */
  async end(): Promise<void> {
    this.troubles.length = 0;
    await this.restart();
    let over = false;
    this.outbox.flush(AbortSignal.timeout(20_000)).then(() => over = true);
    while (!over) await this.clock.advance(1000);
    await this.clock.advance(1000);
    this.outbox.close();
    await this.#journal?.close();
  }

  #promise(text: string): void {
    this.promised.set(text, (this.promised.get(text) ?? 0) + 1);
  }

  #path(run: number): string {
    return join(this.folder, `${run}.jsonl`);
  }
}

/** What other runs, or other programs with the same bot, have left in the chat. */
function fill({ api }: World): void {
  for (let n = 0; n < 4; n++) api.elsewhere(`old:${n}`);
}

Deno.test("K15.1 outbox: with any faults and ends of the program every final stands, and only what is proven to be a double is touched", async () => {
  const folder = await Deno.makeTempDir();
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 3, maxLength: 25 }),
        fc.array(trouble, { maxLength: 40 }),
        fc.boolean(),
        async (actions, troubles, begun) => {
          const home = join(folder, `${run++}`);
          await Deno.mkdir(home);
          const world = new World(home);
          fill(world);
          await world.restart();
          if (begun) await world.begin();
          world.troubles.push(...troubles);
          for (const one of actions) {
            await world.act(one);
            await world.clock.advance(0);
          }
          await world.end();
          const { api, promised } = world;
          for (const { id, before, after } of api.touched) {
            const same = after === undefined || ownerOf(before) === ownerOf(after);
            assert.ok(same, `${id}: “${before}” became “${after}”`);
            assert.ok(!before.startsWith("old") && !before.endsWith("picture"), before);
          }
          const texts = api.texts();
          // A message that others sent and lost may stand anywhere; in a new chat no id is known.
          const known = begun && !actions.some((one) => one.do === "beside" && one.fails);
          for (const [text, times] of promised) {
            const standing = texts.filter((one) => one === text).length;
            const right = known ? standing === times : standing >= times;
            assert.ok(right, `“${text}” stands ${standing} times, not ${times}`);
          }
        },
      ),
      { numRuns: 150 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
