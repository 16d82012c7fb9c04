/**
 * A Telegram Bot API server on loopback, in memory, as strict as the real one. On one side it
 * speaks HTTP to a bot, on the other it is what Telegram's clients are to people: they send and
 * press, and see what is sent, edited and deleted.
 */
import { getLogger } from "@logtape/logtape";
import type { Chat, Message, ReactionType, Update, User } from "grammy/types";
import { sleep } from "../base/async/sleep.ts";
import { aborted } from "../base/async/within.ts";
import { cutOff, failure, faultError, faultFailure } from "./answers.ts";
import { BotApiError } from "./errors.ts";
import { Faults } from "./faults.ts";
import { random } from "./files.ts";
import { FrontDoor } from "./front_door.ts";
import { Group, type GroupOptions } from "./group.ts";
import { findMethod } from "./methods/mod.ts";
import { Params } from "./params.ts";
import { Person } from "./person.ts";
import { readPayload } from "./request.ts";
import type {
  ApiCall,
  ChatHandle,
  ChatUser,
  ClientEvent,
  Draft,
  Refusal,
  ServerOptions,
  StoredCommands,
  StoredFile,
  TopicInfo,
} from "./types.ts";
import { Waiters } from "./waiters.ts";
import { World } from "./world.ts";

const log = getLogger(["ductor", "demo", "bot-api"]);

/** The answer to a request, or how its connection ends. */
type Outcome = Response | "reset" | "hang";

export class BotApiServer implements AsyncDisposable {
  readonly token: string;
  /** What a client passes as `apiRoot`: `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly apiRoot: string;
  /** Every call so far, in the order of arrival. */
  readonly calls: ApiCall[] = [];
  readonly faults: Faults = new Faults();
  readonly #world: World;
  readonly #people = new Map<number, Person>();
  readonly #waiters = new Waiters();
  readonly #closing = new AbortController();
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #door: FrontDoor;

  private constructor(options: ServerOptions) {
    this.token = options.token ?? `${7_000_000_000 + randomInt(999_999_999)}:AA${random(33)}`;
    if (!/^\d+:[\w-]{24,}$/.test(this.token)) {
      throw new Error(
        "A bot token is a number, a colon and 35 letters, digits, - or _; found something else",
      );
    }
    this.#world = new World(Number(this.token.split(":")[0]), options);
    this.#world.subscribe((event) => this.#waiters.look(event));
    this.#http = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, info) => this.#serve(request, info),
    );
    this.#door = FrontDoor.open(options.port ?? 0, this.#http.addr.port);
    this.apiRoot = `http://127.0.0.1:${this.#door.port}`;
  }

  /** Starts to listen. Throws `Deno.errors.AddrInUse` when the port is taken. */
  // deno-lint-ignore require-await -- listening may come to need waiting
  static async start(options: ServerOptions = {}): Promise<BotApiServer> {
    return new BotApiServer(options);
  }

  get me(): User {
    return this.#world.bot();
  }

  /** Somebody with a Telegram client; the same one for the same id. */
  user(
    profile: { id: number; first_name: string; username?: string; language_code?: string },
  ): ChatUser {
    const known = this.#people.get(profile.id);
    if (known) return known;
    const person = new Person(this.#world, profile);
    this.#people.set(profile.id, person);
    return person;
  }

  /** A group with the bot in it: a supergroup, unless `basic` is set. */
  group(options: GroupOptions): ChatHandle {
    return new Group(this.#world, options);
  }

  /** From now on the chat takes nothing from the bot, or only what is not refused; absent: all again. */
  refuse(chatId: number, refusal?: Refusal): void {
    this.#world.room(chatId).refusal = refusal;
  }

  /** A topic is closed, opened again, or deleted. */
  setTopic(chatId: number, threadId: number, state: "open" | "closed" | "deleted"): void {
    const { topics } = this.#world.room(chatId);
    const topic = topics.get(threadId);
    if (!topic) throw new Error(`Chat ${chatId} has no topic ${threadId}`);
    if (state === "deleted") topics.delete(threadId);
    else topic.closed = state === "closed";
  }

  chats(): Chat[] {
    return [...this.#world.rooms.values()].map((room) => room.chat);
  }

  /** What a client shows now, oldest first. `threadId` 1 is what is in no topic. */
  messages(chatId: number, threadId?: number): Message[] {
    return structuredClone(this.#world.rooms.get(chatId)?.list(threadId) ?? []);
  }

  /** Drafts shown now. */
  drafts(chatId: number): Draft[] {
    const room = this.#world.room(chatId);
    this.#world.drafts.expire(room);
    return [...room.drafts.values()];
  }

  topics(chatId: number): TopicInfo[] {
    return [...this.#world.room(chatId).topics.values()];
  }

  /** Reactions on a message by the id of who reacted. */
  reactions(chatId: number, messageId: number): Map<number, ReactionType[]> {
    return new Map(this.#world.room(chatId).reactions.get(messageId));
  }

  /** A file by its `file_id`, of whatever size. */
  file(fileId: string): StoredFile | undefined {
    return this.#world.files.byId(fileId);
  }

  /** What `setMyCommands` stored; `ChatUser.commands` says which list somebody sees. */
  get commands(): StoredCommands[] {
    return this.#world.commands.all();
  }

  /** Calls the listener for everything that happens from now on; returns how to stop that. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#world.subscribe(listener);
  }

  /**
   * Resolves with what `probe` returns as soon as that is not undefined, null or false. It is
   * called now, and after every event (which it gets) and every arrival and answer of a call.
   */
  waitFor<T>(
    probe: (event?: ClientEvent) => T | undefined | null | false,
    options: { signal?: AbortSignal } = {},
  ): Promise<T> {
    return this.#waiters.wait(probe, options.signal);
  }

  /** Puts a raw update into the bot's queue, without regard to `allowed_updates`. */
  inject(update: Partial<Update>): Update {
    return this.#world.queue.inject(update);
  }

  /** Delivers an update a second time, under its old id, as Telegram does after a lost answer. */
  redeliver(updateId: number): void {
    this.#world.queue.redeliver(updateId);
  }

  /** Every update ever queued, oldest first. */
  get updates(): Update[] {
    return this.#world.queue.history;
  }

  /** Updates the bot has not confirmed. */
  get pendingUpdates(): number {
    return this.#world.queue.pendingCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("The embedded Bot API server stops"));
    this.#world.close();
    await this.#door[Symbol.asyncDispose]();
    await this.#http.shutdown();
  }

  async #serve(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> {
    const signal = AbortSignal.any([request.signal, this.#closing.signal]);
    const outcome = await this.#route(request, signal);
    if (outcome instanceof Response) return outcome;
    if (outcome === "hang") await aborted(signal);
    else this.#door.kill(info.remoteAddr.port);
    // Nobody reads this: the connection is gone.
    return new Response(null, { status: 499 });
  }

  async #route(request: Request, signal: AbortSignal): Promise<Outcome> {
    const url = new URL(request.url);
    const [, isFile, token, rest] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    if (token === undefined || rest === undefined || !/^\d+:/.test(decodeURIComponent(token))) {
      return failure({ error_code: 404, description: "Not Found" });
    }
    if (decodeURIComponent(token) !== this.token) {
      return failure({ error_code: 401, description: "Unauthorized" });
    }
    if (isFile) return this.#download(decodeURIComponent(rest));
    return await this.#call(rest, request, url, signal);
  }

  #download(path: string): Outcome {
    const fault = this.faults.take("file", { path });
    if (fault === "reset" || fault === "reset_after") return "reset";
    if (fault === "hang" || fault === "hang_after") return "hang";
    if (typeof fault === "object" && !("slow" in fault)) {
      return "body" in fault ? new Response(fault.body) : failure(faultFailure(fault));
    }
    const file = this.#world.files.byPath(path);
    if (!file) return failure({ error_code: 404, description: "Not Found: file not found" });
    const response = new Response(file.bytes, {
      headers: {
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${path.split("/").at(-1)}"`,
      },
    });
    return fault === "cut" ? cutOff(file.bytes) : response;
  }

  async #call(name: string, request: Request, url: URL, signal: AbortSignal): Promise<Outcome> {
    const method = findMethod(name);
    const call: ApiCall = { method: method?.name ?? name, payload: {}, at: this.#world.now() };
    try {
      call.payload = await readPayload(request, url);
    } catch (error) {
      this.calls.push(call);
      return this.#fail(call, error);
    }
    this.calls.push(call);
    this.#waiters.look();
    const fault = this.faults.take(call.method, call.payload);
    if (fault) call.fault = fault;
    if (fault === "reset" || fault === "hang") return fault;
    const slow = typeof fault === "object" && "slow" in fault ? fault.slow : 0;
    if (typeof fault === "object" && !("slow" in fault)) {
      return "body" in fault ? new Response(fault.body) : this.#fail(call, faultError(fault));
    }
    let outcome: Outcome;
    try {
      if (!method) throw new BotApiError(404, "Not Found: method not found");
      const params = new Params(call.payload);
      const result = await method.run({ world: this.#world, params, signal });
      call.ok = true;
      call.result = result;
      outcome = Response.json({ ok: true, result });
    } catch (error) {
      outcome = this.#fail(call, error);
    }
    this.#waiters.look();
    if (slow > 0) await sleep(slow, { signal });
    if (fault === "reset_after") return "reset";
    if (fault === "hang_after") return "hang";
    if (fault === "cut") return cutOff(new TextEncoder().encode(`{"ok":${call.ok},"`));
    return outcome;
  }

  #fail(call: ApiCall, error: unknown): Response {
    call.ok = false;
    if (error instanceof BotApiError) {
      call.error = error.toFailure();
    } else {
      // A mistake of this server; it must not look like one of the bot's.
      log.error("Serving {method} failed: {error}", { method: call.method, error });
      call.error = { error_code: 500, description: `Internal Server Error: ${error}` };
    }
    this.#waiters.look();
    return failure(call.error);
  }
}

function randomInt(below: number): number {
  return Math.floor(Math.random() * below);
}
