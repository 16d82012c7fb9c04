/**
 * A `codex app-server` made of script: it answers requests at once from a table, and says what the
 * test tells it to. Shapes as recorded from Codex 0.169.
 */
import type { AgentEvent, SessionSpec, TurnInput } from "../../src/agents/agent.ts";
import type { Child, ExitStatus, Launcher, LaunchSpec } from "../../src/process/launcher.ts";
import { EventQueue } from "../../src/base/event_queue.ts";
import { settle } from "./fake_clock.ts";

// deno-lint-ignore no-explicit-any -- messages as a test reads them
export type Message = Record<string, any>;
type Answer = (params: Message) => unknown;

/** What a request is answered with: the value, or an error like this one. */
export class Refusal {
  constructor(readonly message: string, readonly code = -32600) {}
}

export const THREAD = "thread-1";

export class FakeChild implements Child {
  readonly pid: number;
  alive = true;
  readonly lines = new EventQueue<string>();
  /** Every line the program under test wrote. */
  readonly written: string[] = [];
  stdinOpen = true;
  stderr = "";
  onLine: (line: string) => void = () => {};
  readonly #exit = Promise.withResolvers<ExitStatus>();

  constructor(readonly spec: LaunchSpec, pid: number) {
    this.pid = pid;
  }

  get exited(): Promise<ExitStatus> {
    return this.#exit.promise;
  }

  write(line: string): Promise<void> {
    this.written.push(line);
    this.onLine(line);
    return Promise.resolve();
  }

  closeStdin(): Promise<void> {
    this.stdinOpen = false;
    this.onClosed();
    return Promise.resolve();
  }

  /** As a well-behaved program: it ends when its stdin does. */
  onClosed: () => void = () => this.exit(0);

  stderrTail(): string {
    return this.stderr;
  }

  /** `keepOutput`: a process that it started holds its output open. */
  exit(code: number, signal: string | null = null, { keepOutput = false } = {}): void {
    this.alive = false;
    if (!keepOutput) this.lines.end();
    this.#exit.resolve({ code, signal });
  }

  kill(): Promise<void> {
    if (this.alive) this.exit(143, "SIGTERM");
    return Promise.resolve();
  }
}

/** Launches children that `script` sets up. */
export class FakeLauncher implements Launcher {
  readonly children: FakeChild[] = [];

  constructor(readonly script: (child: FakeChild) => void) {}

  launch(spec: LaunchSpec): Promise<Child> {
    const child = new FakeChild(spec, 100 + this.children.length);
    this.children.push(child);
    this.script(child);
    return Promise.resolve(child);
  }

  which(command: string): Promise<string | undefined> {
    return Promise.resolve(`/usr/bin/${command}`);
  }
}

export class FakeCodex {
  readonly launcher: FakeLauncher;
  /** Everything that was sent, requests, answers and notifications. */
  readonly received: Message[] = [];
  readonly answers: Record<string, Answer> = {
    "initialize": () => ({ userAgent: "ductor/0.169.0 (Debian 12.0.0; x86_64) xterm (ductor; 1)" }),
    "account/read": () => ({
      account: { type: "chatgpt", email: "ada@example.org", planType: "plus" },
      requiresOpenaiAuth: true,
    }),
    "config/read": () => ({ config: {} }),
    "thread/start": () => ({ thread: { id: THREAD }, model: "gpt-small" }),
    "thread/resume": ({ threadId }) => ({ thread: { id: threadId }, model: "gpt-big" }),
    "thread/inject_items": () => ({}),
    "thread/backgroundTerminals/terminate": () => ({ terminated: true }),
    "turn/start": () => ({ turn: { id: this.turnId } }),
    "turn/steer": () => ({ turnId: this.turnId }),
    "turn/interrupt": () => {
      queueMicrotask(() => this.complete({ status: "interrupted" }));
      return {};
    },
  };
  turnId = "turn-1";

  constructor() {
    this.launcher = new FakeLauncher((child) => {
      if (!child.spec.args.includes("app-server")) return;
      child.onLine = (line) => this.#receive(child, JSON.parse(line));
    });
  }

  /** The last process that was started. */
  get child(): FakeChild {
    return this.launcher.children.at(-1)!;
  }

  /** Params of every request or notification of this method. */
  params(method: string): Message[] {
    return this.received.filter((message) => message.method === method).map(({ params }) => params);
  }

  #receive(child: FakeChild, message: Message): void {
    this.received.push(message);
    if (message.method === undefined || message.id === undefined) return;
    const handler = this.answers[message.method];
    const answer = handler
      ? handler(message.params)
      : new Refusal(`unknown method ${message.method}`, -32601);
    if (answer === SILENT) return;
    const { id } = message;
    child.lines.push(JSON.stringify(
      answer instanceof Refusal
        ? { id, error: { code: answer.code, message: answer.message } }
        : { id, result: answer },
    ));
  }

  /** Sends a notification of the thread and the running turn. */
  emit(method: string, params: Message = {}): void {
    const all = { threadId: THREAD, turnId: this.turnId, ...params };
    this.child.lines.push(JSON.stringify({ method, params: all, emittedAtMs: 1 }));
  }

  /** Sends a request; its answer turns up in {@link received}. */
  ask(id: number, method: string, params: Message): void {
    const all = { threadId: THREAD, turnId: this.turnId, ...params };
    this.child.lines.push(JSON.stringify({ method, id, params: all }));
  }

  started(): void {
    this.emit("turn/started", { turn: { id: this.turnId, status: "inProgress" } });
  }

  /** A whole message, in pieces. */
  say(id: string, ...pieces: string[]): void {
    this.emit("item/started", { item: { type: "agentMessage", id, text: "" } });
    for (const delta of pieces) this.emit("item/agentMessage/delta", { itemId: id, delta });
    this.emit("item/completed", { item: { type: "agentMessage", id, text: pieces.join("") } });
  }

  complete(turn: Message = {}): void {
    this.emit("turn/completed", {
      turn: {
        id: this.turnId,
        items: [],
        status: "completed",
        error: null,
        durationMs: 5,
        ...turn,
      },
    });
  }

  usage(total: Message, last: Message, turnId = this.turnId): void {
    this.emit("thread/tokenUsage/updated", { turnId, tokenUsage: { total, last } });
  }
}

/** An answer that never comes. */
export const SILENT = Symbol("silent");

export const SPEC: SessionSpec = {
  cwd: "/work",
  permissionMode: "bypassPermissions",
  extraArgs: [],
  env: {},
};

export const INPUT: TurnInput = { text: "hello", permissionMode: "bypassPermissions" };

/** Reads a turn in the background. */
export class Reader {
  readonly events: AgentEvent[] = [];
  readonly done: Promise<void>;

  constructor(turn: AsyncIterable<AgentEvent>) {
    this.done = (async () => {
      for await (const event of turn) this.events.push(event);
    })();
  }

  /** Everything so far, without signs of life. */
  async news(): Promise<AgentEvent[]> {
    await settle();
    return this.events.filter(({ type }) => type !== "alive");
  }

  of<Type extends AgentEvent["type"]>(type: Type): Extract<AgentEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<AgentEvent, { type: Type }> =>
      event.type === type
    );
  }

  get last(): AgentEvent | undefined {
    return this.events.at(-1);
  }
}
