/**
 * The one interface behind which every agent CLI stands. A provider is a folder beside this file
 * that implements it, and a row in the table of provider.ts.
 *
 * An {@link Agent} opens {@link AgentSession}s; a session is one live child process that holds one
 * conversation with the model and runs one turn at a time.
 */
import type { Said, SessionInfo, SessionRef } from "./session_info.ts";

/** Values of `permission_mode` in the config, named as Claude Code names them. */
export const PERMISSION_MODES = ["bypassPermissions", "acceptEdits", "default", "plan"] as const;
export type PermissionMode = (typeof PERMISSION_MODES)[number];

/** What a turn runs with; may differ from one turn of a session to the next. */
export interface TurnSettings {
  /** Model name or id as the CLI knows it; absent: the CLI's own default. */
  model?: string;
  /** Reasoning effort as the CLI names it (`low`, `medium`, `high`, …); absent: the CLI's default. */
  effort?: string;
  permissionMode: PermissionMode;
}

/** What a session is opened with. */
export interface SessionSpec extends TurnSettings {
  /** Working directory of the CLI. */
  cwd: string;
  /** Further folders that it may work in as in that one. */
  folders?: readonly string[];
  /** Session id to go on with; absent: a new session. */
  resume?: string;
  /** Goes on with a copy of {@link resume}, which stays as it is; the copy has an id of its own. */
  fork?: boolean;
  /**
   * Text appended to the CLI's own system prompt. A session keeps what it began with: a resumed one
   * takes new instructions in a prompt.
   */
  instructions?: string;
  maxTurns?: number;
  /** US dollars. */
  maxBudgetUsd?: number;
  /** The user's extra argv for this CLI (`cli_parameters`). */
  extraArgs: readonly string[];
  /** Added to the environment of the child. */
  env: Readonly<Record<string, string>>;
  /** False: the CLI keeps no record of the session (isolated tasks). */
  persist?: boolean;
  /** True: it shall say what the user may want to say next, see {@link AgentSession.suggestions}. */
  suggestions?: boolean;
}

export interface ImageInput {
  /** MIME type, such as `image/png`. */
  mediaType: string;
  /** Base64. */
  data: string;
}

/** What one turn asks. */
export interface TurnInput extends TurnSettings {
  text: string;
  images?: readonly ImageInput[];
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

export type PermissionDecision =
  | { behavior: "allow" }
  | { behavior: "allow_session" }
  /** `reason` reaches the model; to a plan: what to change in it. */
  | { behavior: "deny"; reason?: string }
  /** To a request with {@link Choice}s: the answer to each question, in their order. */
  | { behavior: "answer"; answers: readonly string[] };

/** What a {@link Choice} offers. */
export interface Option {
  label: string;
  /** What it means; may be empty. */
  description: string;
  /** What it would look like: a mock-up, a piece of code; may be empty. */
  preview: string;
}

/** A question of the agent with answers to choose from; other answers are fine too. */
export interface Choice {
  /** A word or two about what is asked; may be empty. */
  header: string;
  question: string;
  options: readonly Option[];
  /** More than one may be chosen; the answer then names them all. */
  several: boolean;
}

/** What the agent asks before it goes on: its words as they are, however long. */
export interface Asking {
  /** One line: what it wants to do. */
  title: string;
  /** All that will run: the command, the file and what goes into it. */
  detail: string;
  /** What the agent says about it, plain text. */
  reason?: string;
  /** Not the agent itself asks, but one that it has started. */
  subagent?: boolean;
  /** Set when a job or hook asks: its title. */
  job?: string;
  /** Set when a CLI in a terminal asks, where it can be answered as well: its folder. */
  terminal?: string;
  /** Set when it is no request but questions to the user. */
  choices?: readonly Choice[];
  /** Set when it is a plan to be carried out, Markdown; empty: it was not written down. */
  plan?: string;
}

/** The kinds of failure a user is told apart; see the `error` event. */
export type AgentErrorKind =
  /** The CLI is not logged in, or its login is no longer valid. */
  | "auth"
  /** The subscription's limit is reached; `resetAt` says until when, where the CLI says it. */
  | "usage_limit"
  /** The service asked to slow down. */
  | "rate_limit"
  /** The session to resume does not exist any more. */
  | "resume_failed"
  /** No sign of life for the time allowed. */
  | "timeout"
  /** The process ended by itself in the middle of a turn, or could not start. */
  | "crash"
  /** The CLI or the service refused the request (bad model, root with bypass, …). */
  | "refused"
  /**
   * The service refuses what stands in the conversation, so it may refuse everything that follows
   * as well (a tool without its result, something against its usage policy).
   */
  | "refused_conversation"
  /** The CLI is not installed, or too old. */
  | "not_found"
  | "other";

export type AgentEvent =
  /** The id to resume with; may come again with another id. */
  | { type: "session"; id: string; model?: string }
  /** A piece of the answer, as it is written. `parent` is set for a sub-agent's text. */
  | { type: "text"; text: string; parent?: string }
  /**
   * The agent takes back what it said: `text` is the end of its answer so far, without spaces that
   * the reader has set. A stream broke off and is tried again, or the service refused to go on.
   */
  | { type: "withdrawn"; text: string }
  /** A block of text is complete; the next `text` starts a new paragraph. */
  | { type: "text_end" }
  /** A piece of reasoning; empty text means "is thinking". */
  | { type: "thinking"; text: string }
  /**
   * A tool starts or ends. `name` is the CLI's name for it (Bash, Edit, WebSearch, …), `input` a
   * short human-readable line (the command, the path). `ok` only at the end.
   */
  | {
    type: "tool";
    phase: "start" | "end";
    id: string;
    name: string;
    input: string;
    ok?: boolean;
    parent?: string;
  }
  /** `compacting`: the CLI shortens its context; `retrying`: the service was busy. `null`: over. */
  | { type: "status"; status: "compacting" | "retrying" | null; detail?: string }
  /** The CLI has shortened its context. */
  | { type: "compacted" }
  /** The CLI asks whether it may go on; the turn waits until `respond` was called. */
  | Asking & {
    type: "permission";
    id: string;
    tool: string;
    respond(decision: PermissionDecision): Promise<void>;
  }
  /** The open permission request with this id was taken back by the CLI. */
  | { type: "permission_cancelled"; id: string }
  /** What was said so far is whole; what follows answers a message that came while it was said. */
  | { type: "answered" }
  /** A sign of life that carries no news (keeps the timeout from running out). */
  | { type: "alive" }
  /** End of a turn that went well, or that was interrupted (`interrupted: true`). */
  | {
    type: "result";
    /** The final answer as the CLI reports it; may be shorter than the streamed text. */
    text: string;
    usage?: Usage;
    /** Cost of this turn in US dollars, where the CLI says it. */
    costUsd?: number;
    durationMs?: number;
    interrupted?: boolean;
  }
  /** End of a turn that failed. `message` is for the user: what happened, in plain words. */
  | {
    type: "error";
    kind: AgentErrorKind;
    message: string;
    /** The CLI's own words or the end of its stderr. */
    detail?: string;
    /** When a usage limit ends. */
    resetAt?: Date;
    usage?: Usage;
    costUsd?: number;
  };

/** Something an agent has started that goes on while its turns end. */
export interface BackgroundTask {
  id: string;
  /** What the agent calls it; may be empty. */
  title: string;
}

/** A turn that an agent began by itself, because something in the background has ended. */
export interface WokenTurn {
  /** As of {@link AgentSession.run}: the last event is a `result` or an `error`. */
  events: AsyncIterable<AgentEvent>;
  /** It only tells of what was stopped: no news, but what it cost counts. */
  quiet?: boolean;
  /** Ends it; the session stays usable. */
  interrupt(): Promise<void>;
}

/** What a session does beside the turns it is asked for. */
export interface BackgroundWork {
  /** What runs now. A session with such work is not idle. */
  tasks(): readonly BackgroundTask[];
  /**
   * Turns that begin without a message of ours, as soon as there is something to be seen of them.
   * Somebody has to read them: their questions wait for an answer. Ends with the session.
   */
  readonly woken: AsyncIterable<WokenTurn>;
  /** Resolves when nothing runs, and no woken turn runs or is to be expected. */
  settled(): Promise<void>;
  /**
   * Ends what runs. What the agent then says of that by itself is not told.
   *
   * @returns what it ended; what could not be ended goes on
   */
  stop(): Promise<readonly BackgroundTask[]>;
  /** Resolves at the next sign of life of what runs. */
  sign(): Promise<void>;
}

export interface AgentSession {
  /** The id to resume with, as soon as the CLI has told it. */
  readonly id: string | undefined;
  /** The child's process id (for tests and diagnostics). */
  readonly pid: number;
  /** False once the child has ended; the pool then opens a new session with `resume`. */
  readonly alive: boolean;
  /** Whether the live process can run a turn under this spec without being started anew. */
  canServe(spec: SessionSpec): boolean;
  /**
   * Runs one turn. The last event is always exactly one `result` or `error`; the iterable never
   * throws for anything the CLI does. Aborting `signal` interrupts the turn. One turn at a time.
   */
  run(turn: TurnInput, signal: AbortSignal): AsyncIterable<AgentEvent>;
  /**
   * Hands the running turn one more message, which it answers as well. Resolves when the agent has
   * taken it; `false`: no turn can take it (any more), and the agent does not have it. Absent: none
   * ever can.
   */
  steer?(text: string): Promise<boolean>;
  /** Ends the running turn; the session stays usable. No turn running: does nothing. */
  interrupt(): Promise<void>;
  /** Names it, in the CLI's own lists too. */
  name?(name: string): Promise<void>;
  /** What the user may want to say next, after a turn; ends with the session. */
  readonly suggestions?: AsyncIterable<string>;
  /** Absent: it never does anything by itself. */
  readonly background?: BackgroundWork;
  /** Ends the session and every process it started; resolves when nothing is left running. */
  close(): Promise<void>;
}

export interface Model {
  /** What is given to the CLI. */
  id: string;
  /** What is shown. */
  name: string;
  description: string;
  /** Efforts it supports, weakest first; empty: it has none. */
  efforts: readonly string[];
  defaultEffort?: string;
  isDefault: boolean;
}

/** What is known about a CLI of this machine; whether a login still holds shows when it is used. */
export interface AuthState {
  installed: boolean;
  /** Version line of the CLI. */
  version?: string;
  /** It is too old for ductor: what to type to update it. */
  outdated?: string;
  /** What is known about the login without asking the service. */
  login: "yes" | "no" | "unknown";
  /** For `/status`: account, plan or the reason. */
  detail?: string;
}

export interface Agent {
  /** Its name in the table of providers, which stands above this file. */
  readonly provider: string;
  /** Starts the child. Rejects with {@link AgentError} when it cannot be started at all. */
  open(spec: SessionSpec): Promise<AgentSession>;
  /** Models the CLI offers. Rejects when the CLI cannot say. */
  models(signal?: AbortSignal): Promise<Model[]>;
  /** Whether the CLI is there. Quick: looks for it and starts nothing. */
  isInstalled(): Promise<boolean>;
  /** All that can be known about the CLI and its login; may start it, so it takes a moment. */
  authState(): Promise<AuthState>;
  /**
   * The sessions that the CLI keeps, newest first; at least the newest hundreds. Absent: it keeps none
   * that could be listed. Rejects when it cannot be said, also when only who has them open cannot.
   *
   * @param folder Only those of this folder.
   */
  sessions?(folder?: string): Promise<SessionInfo[]>;
  /** The end of a session, oldest first; empty: it cannot be told. */
  lastWords?(session: SessionRef): Promise<Said[]>;
  /** Names a session, in the CLI's own lists too. No process may have it open. */
  nameSession?(session: SessionRef, name: string): Promise<void>;
}

/** Thrown by {@link Agent.open}; same kinds as the `error` event. */
export class AgentError extends Error {
  override name = "AgentError";
  constructor(readonly kind: AgentErrorKind, message: string, readonly detail?: string) {
    super(message);
  }
}
