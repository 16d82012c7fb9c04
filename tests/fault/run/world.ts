/** A bot that is killed again and again, people and programs that ask things of it, and the account. */
import type { Message } from "grammy/types";
import { JobRegistry } from "../../../src/jobs/registry.ts";
import { Registry } from "../../../src/webhooks/registry.ts";
import { freePort } from "../../support/free_port.ts";
import { type KillBench, withKillBench } from "../../support/kill_bench.ts";
import type { Program } from "../../support/program.ts";
import { hookOf } from "../../support/webhooks.ts";
import { Feed } from "./feed.ts";
import { isAnswer, type Item, type Kind, messageOf, outcomeOf, wordsOf } from "./items.ts";
import type { Random } from "./random.ts";

const CHATS = [7, 8] as const;

export class World {
  readonly items: Item[] = [];
  readonly feed: Feed;
  /** Messages of the bot that were edited or deleted although nobody may. */
  readonly touched: string[] = [];
  /** Presses wait until a step wants one. */
  holdPresses = false;
  #asked = 0;
  readonly #bench: KillBench;
  readonly #random: Random;
  readonly #port: number;
  readonly #pressed = new Set<number>();
  /** What stands finished in the chats, by chat and id: the words. */
  readonly #finished = new Map<string, string>();
  readonly #life = new AbortController();

  private constructor(bench: KillBench, random: Random, port: number) {
    this.#bench = bench;
    this.#random = random;
    this.#port = port;
    const { home, server, temp } = bench;
    this.feed = new Feed(server, {
      inbox: home.inboxFile,
      outbox: home.outboxFile,
      hooks: home.webhookEventsFile,
      jobs: home.cronStateFile,
      agent: temp.at("agents"),
      runs: temp.at("me", "runs"),
    });
    server.user({ id: 8, first_name: "Bob" });
    server.subscribe((event) => {
      if (event.type === "deleted") {
        for (const id of event.message_ids) this.#gone(event.chat_id, id);
      }
      if (event.type === "edited") this.#edited(event.message);
      if (event.type === "message" || event.type === "edited") this.#consider(event.message);
    });
  }

  static async with(
    program: Program | undefined,
    random: Random,
    fn: (world: World) => Promise<void>,
  ): Promise<void> {
    const port = freePort();
    await withKillBench(
      async (bench) => {
        const world = new World(bench, random, port);
        try {
          await fn(world);
        } finally {
          world.#life.abort();
          world.feed.close();
        }
      },
      {
        allowed_user_ids: [...CHATS],
        permission_mode: "default",
        webhooks: { enabled: true, port },
        heartbeat: { enabled: false },
      },
      program,
    );
  }

  get bench(): KillBench {
    return this.#bench;
  }

  /** Of what is asked for next. */
  nextTag(kind: Kind): string {
    return `${kind}-${this.#asked}`;
  }

  /** Asks for something new; resolves when it is asked. */
  async ask(kind: Kind): Promise<Item> {
    const tag = this.nextTag(kind);
    this.#asked++;
    const chat = this.#random.pick(CHATS);
    const counts = this.items.filter(({ kind }) => kind === "count").length;
    const text = messageOf(kind, tag, counts);
    const item: Item = { kind, chat, tag, ...text && { text }, again: 0, dropped: false };
    if (kind === "hook") await this.#hook(item);
    else if (kind === "job") await this.#job(item);
    else this.#bench.server.user({ id: chat, first_name: "" }).send(text!);
    if (kind !== "hook") this.items.push(item);
    return item;
  }

  /** What the bot said in a chat. */
  said(chat: number): Message[] {
    const { server } = this.#bench;
    return server.messages(chat).filter(({ from }) => from?.id === server.me.id);
  }

  /** The calls about an item, for a person who looks for what went wrong. */
  traceOf(tag: string): string {
    const { calls } = this.#bench.server;
    return calls.flatMap(({ method, payload, result, error, fault }, index) => {
      const { text = "", chat_id, message_id } = payload;
      if (!String(text).includes(tag) && method !== "deleteMessage") return [];
      const id = (result as { message_id?: number } | undefined)?.message_id;
      const to = `${chat_id}/${message_id ?? ""}`;
      const end = JSON.stringify({ id, error: error?.description.slice(0, 50), fault });
      return `  ${index} ${method} ${to} ${String(text).slice(0, 60)} ${end}`;
    }).join("\n");
  }

  outcome(item: Item) {
    return outcomeOf(item, this.said(item.chat));
  }

  /** From now on these answers stand for good. */
  finish(): void {
    for (const chat of CHATS) {
      for (const message of this.said(chat)) {
        const words = wordsOf(message);
        const known = this.items.some((item) => item.chat === chat && isAnswer(item, words));
        if (known) this.#finished.set(`${chat} ${message.message_id}`, words);
      }
    }
  }

  /** Presses what waits to be pressed. */
  pressAll(): void {
    for (const chat of CHATS) for (const message of this.said(chat)) this.#consider(message);
  }

  /** How often a tool was run for an item. */
  async runs(): Promise<Map<string, number>> {
    const text = await Deno.readTextFile(this.#bench.temp.at("me", "runs")).catch(() => "");
    const counts = new Map<string, number>();
    for (const tag of text.split("\n").filter(Boolean)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return counts;
  }

  async #hook(item: Item): Promise<void> {
    const { home } = this.#bench;
    const id = item.tag;
    const hook = hookOf({ id, title: id, chat_id: item.chat, prompt_template: "Say {{n}}" });
    await new Registry(home.webhooksFile).add(hook);
    // Only what was accepted is promised.
    const response = await fetch(`http://127.0.0.1:${this.#port}/hooks/${id}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer the-token" },
      body: JSON.stringify({ n: 1 }),
      signal: AbortSignal.any([this.#life.signal, AbortSignal.timeout(5000)]),
    }).catch(() => undefined);
    await response?.body?.cancel().catch(() => {});
    if (response?.status === 202) this.items.push(item);
  }

  async #job({ tag, chat }: Item): Promise<void> {
    await new JobRegistry(this.#bench.home).add({
      name: tag,
      title: tag,
      description: "",
      schedule: "",
      at: new Date(Date.now() + 400).toISOString(),
      agent_instruction: `say: done ${tag}`,
      chat_id: chat,
      on_missed: "run_once",
    });
  }

  /** Presses Allow, Run again or Drop, now and then twice. */
  #consider(message: Message): void {
    if (message.from?.id !== this.#bench.server.me.id) return;
    const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
    const labelled = (label: string) => buttons.find(({ text }) => text === label);
    const allow = labelled("Allow");
    const again = labelled("Run again");
    const drop = labelled("Drop");
    if (this.holdPresses || !(allow || again && drop)) return;
    const chat = message.chat.id;
    const key = chat * 1e9 + message.message_id;
    if (this.#pressed.has(key)) return;
    this.#pressed.add(key);
    const isDropped = !allow && this.#random.chance(0.2);
    const item = this.items.find((one) =>
      one.chat === chat && one.text && wordsOf(message).includes(`“${one.text}”`)
    );
    if (item && isDropped) item.dropped = true;
    else if (item && again) item.again++;
    const taps = this.#random.chance(0.3) ? 2 : 1;
    const user = this.#bench.server.user({ id: chat, first_name: "" });
    const button = allow ?? (isDropped ? drop! : again!);
    for (let tap = 0; tap < taps; tap++) {
      // Never answered when the bot dies.
      const data = (button as { callback_data: string }).callback_data;
      user.press(message.message_id, data, { signal: this.#life.signal }).catch(() => {});
    }
  }

  #edited(message: Message): void {
    const key = `${message.chat.id} ${message.message_id}`;
    const before = this.#finished.get(key);
    if (before === undefined || before === wordsOf(message)) return;
    this.#finished.delete(key);
    this.touched.push(`“${before.slice(0, 60)}” was edited`);
  }

  #gone(chat: number, id: number): void {
    const before = this.#finished.get(`${chat} ${id}`);
    if (before === undefined) return;
    this.#finished.delete(`${chat} ${id}`);
    // One of two that are the same may go.
    if (this.said(chat).some((other) => wordsOf(other) === before)) return;
    this.touched.push(`“${before.slice(0, 60)}” was deleted`);
  }
}
