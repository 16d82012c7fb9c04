import type {
  Agent,
  AgentError,
  AgentEvent,
  AgentSession,
  AuthState,
  BackgroundWork,
  Model,
  PermissionDecision,
  SessionSpec,
  TurnInput,
} from "../../src/agents/agent.ts";
import type { Said, SessionInfo, SessionRef } from "../../src/agents/session_info.ts";
import { EventQueue } from "../../src/base/event_queue.ts";
import { takeBack } from "../../src/base/take_back.ts";
import type { ProviderName } from "../../src/agents/provider.ts";

/** What the agent does in one turn; the end is added when the script does not give one. */
export type Script = (turn: TurnInput, signal: AbortSignal) => AsyncIterable<AgentEvent>;

/** An agent in this process, whose turns a test writes. */
export class ScriptedAgent implements Agent {
  readonly opened: SessionSpec[] = [];
  readonly turns: TurnInput[] = [];
  closed = 0;
  installed = true;
  script: Script = echo;
  /** What goes on beside the turns of its sessions. */
  background: BackgroundWork | undefined;
  /** What it says that the user may want to say next. */
  readonly suggestions = new EventQueue<string>();
  /** Why no session can be opened. */
  broken: AgentError | undefined;
  /** What it says of its installation and login, where a test wants more than {@link installed}. */
  auth: AuthState | undefined;
  /** What it says when it is asked for its models. */
  offered: Model[] = [];
  /** What it does with messages that are added to its turns; absent: it takes none. */
  steer: ((text: string) => Promise<boolean>) | undefined;
  /** What its CLI keeps of sessions. */
  stored: SessionInfo[] = [];
  readonly named: [id: string, name: string][] = [];
  words: Said[] = [];
  #sessions = 0;

  constructor(readonly provider: ProviderName = "claude") {}

  open(spec: SessionSpec): Promise<AgentSession> {
    this.opened.push(spec);
    if (this.broken) return Promise.reject(this.broken);
    const id = !spec.fork && spec.resume || `${this.provider}-session-${++this.#sessions}`;
    return Promise.resolve(new ScriptedSession(this, id));
  }

  models(): Promise<Model[]> {
    return Promise.resolve(this.offered);
  }

  sessions(folder?: string): Promise<SessionInfo[]> {
    return Promise.resolve(
      this.stored.filter((one) => folder === undefined || one.folder === folder),
    );
  }

  lastWords(): Promise<Said[]> {
    return Promise.resolve(this.words);
  }

  nameSession({ id }: SessionRef, name: string): Promise<void> {
    this.named.push([id, name]);
    return Promise.resolve();
  }

  isInstalled(): Promise<boolean> {
    return Promise.resolve(this.installed);
  }

  authState(): Promise<AuthState> {
    return Promise.resolve(this.auth ?? { installed: this.installed, login: "unknown" });
  }
}

class ScriptedSession implements AgentSession {
  readonly pid = 0;
  alive = true;
  #abort: AbortController | undefined;

  declare readonly background?: BackgroundWork;
  readonly suggestions: EventQueue<string>;

  constructor(readonly agent: ScriptedAgent, readonly id: string) {
    if (agent.background) this.background = agent.background;
    this.suggestions = agent.suggestions;
  }

  get steer(): (text: string) => Promise<boolean> {
    return this.agent.steer as NonNullable<ScriptedAgent["steer"]>;
  }

  canServe(): boolean {
    return true;
  }

  async *run(turn: TurnInput, signal: AbortSignal): AsyncIterable<AgentEvent> {
    this.agent.turns.push(turn);
    this.#abort = new AbortController();
    const both = AbortSignal.any([signal, this.#abort.signal]);
    yield { type: "session", id: this.id };
    let text = "";
    for await (const event of this.agent.script(turn, both)) {
      if (both.aborted) break;
      if (event.type === "text") text += event.text;
      if (event.type === "withdrawn") text = takeBack(text, event.text);
      if (event.type === "error" && event.kind === "crash") this.alive = false;
      yield event;
      if (event.type === "result" || event.type === "error") return;
    }
    yield {
      type: "result",
      text,
      ...both.aborted && { interrupted: true },
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costUsd: 0.01,
    };
  }

  interrupt(): Promise<void> {
    this.#abort?.abort();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.alive = false;
    this.agent.closed++;
    return this.interrupt();
  }
}

async function* echo({ text }: TurnInput): AsyncIterable<AgentEvent> {
  yield { type: "text", text: `You said: ${text}` };
}

/** Says one text in pieces of `size`. */
export function saying(text: string, size = 400): Script {
  return async function* () {
    for (let at = 0; at < text.length; at += size) {
      yield { type: "text", text: text.slice(at, at + size) };
      await Promise.resolve();
    }
  };
}

/** A question for permission; what it is answered is added to `answers`. */
export function permission(
  answers: PermissionDecision[] = [],
  id = "p",
): AgentEvent & { type: "permission" } {
  return {
    type: "permission",
    id,
    tool: "Bash",
    title: "Run: date",
    detail: "date",
    respond: (decision) => Promise.resolve(void answers.push(decision)),
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
