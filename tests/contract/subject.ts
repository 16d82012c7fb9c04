/** What the contract cases are run on, and how they talk to it. */

import { strict as assert } from "node:assert";
import type {
  Agent,
  AgentEvent,
  AgentSession,
  SessionSpec,
  TurnInput,
} from "../../src/agents/agent.ts";
import type { ModelServer } from "../support/model_server.ts";
import { marked, until } from "../support/processes.ts";

/** An agent to be tested, in a home folder of its own. */
export interface Subject extends AsyncDisposable {
  agent: Agent;
  /** What sessions are opened with; `env` carries the mark. */
  spec: SessionSpec;
  /** Working folder of the sessions. */
  folder: string;
  /** Value of `MARK` in the environment of its processes. */
  mark: string;
  /** Every session that was opened, so that a test that fails leaves none behind. */
  sessions: AgentSession[];
  /** The model service it asks; the demo agent asks none. */
  server?: ModelServer;
  /** The CLI does not tell its model that a command has failed. */
  keepsFailures?: boolean;
  /** Two models that work, and how each shows in the answer to `which model`; one that does not. */
  models: { first: [string, RegExp]; second: [string, RegExp]; unknown: string };
}

export interface SetupOptions {
  /** How the CLI is logged in: some errors only make sense to a subscription. */
  login?: "key" | "subscription";
}

export type Setup = (options?: SetupOptions) => Promise<Subject>;

/** One promise of the contract. */
export interface Case {
  name: string;
  setup?: SetupOptions;
  run(subject: Subject): Promise<void>;
}

/** A turn that takes longer is a hang; far longer than any turn of these tests. */
const HANG_MS = 60_000;

export type EventOf<Type extends AgentEvent["type"]> = Extract<AgentEvent, { type: Type }>;

/** Everything that happened in a turn. */
export class Turn {
  constructor(readonly events: readonly AgentEvent[]) {}

  /** The streamed text. */
  get text(): string {
    return this.of("text").map((event) => event.text).join("");
  }

  of<Type extends AgentEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The result; fails the test when the turn ended otherwise. */
  get result(): EventOf<"result"> {
    const last = this.events.at(-1);
    assert.ok(last?.type === "result", `expected a result, got ${JSON.stringify(last)}`);
    return last;
  }

  /** The error; fails the test when the turn ended otherwise. */
  get error(): EventOf<"error"> {
    const last = this.events.at(-1);
    assert.ok(last?.type === "error", `expected an error, got ${JSON.stringify(last)}`);
    return last;
  }
}

export interface TurnOptions extends Partial<Omit<TurnInput, "text">> {
  signal?: AbortSignal;
  /** Called with every event, before the next one is taken. */
  on?(event: AgentEvent): unknown;
}

/** Opens a session, with changes to the subject's own spec. */
export async function open(
  subject: Subject,
  changes: Partial<SessionSpec> = {},
): Promise<AgentSession> {
  const opening = subject.agent.open({ ...subject.spec, ...changes });
  const session = await within(opening, "the session to open");
  subject.sessions.push(session);
  return session;
}

/** Runs a turn to its end, which has to be the only `result` or `error`. */
export async function turn(
  subject: Subject,
  session: AgentSession,
  text: string,
  { signal = new AbortController().signal, on, ...settings }: TurnOptions = {},
): Promise<Turn> {
  const { model, effort, permissionMode } = subject.spec;
  const input: TurnInput = {
    text,
    permissionMode,
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    ...settings,
  };
  const events: AgentEvent[] = [];
  const done = (async () => {
    for await (const event of session.run(input, signal)) {
      events.push(event);
      await on?.(event);
    }
  })();
  await within(done, () => `the turn "${text.slice(0, 40)}" to end; so far ${summary(events)}`);
  const ends = events.filter(({ type }) => type === "result" || type === "error");
  assert.equal(ends.length, 1, `a turn ends once, this one did so: ${JSON.stringify(ends)}`);
  assert.equal(ends[0], events.at(-1), "the end of a turn is its last event");
  return new Turn(events);
}

/** Waits until no process of the subject is left. */
export async function nothingRuns(subject: Subject): Promise<void> {
  await until(
    async () => (await marked(subject.mark)).length === 0,
    async () => `nothing left running; there is ${(await marked(subject.mark)).join(", ")}`,
  );
}

/** Reads the process id that a command wrote, as soon as it is there. */
export async function pidIn(path: string): Promise<number> {
  let text = "";
  await until(async () => {
    text = await Deno.readTextFile(path).catch(() => "");
    return /^\d+\n/.test(text);
  }, `a process id in ${path}`);
  return Number(text);
}

export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function within<T>(promise: Promise<T>, what: string | (() => string)): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited in vain for ${typeof what === "string" ? what : what()}`));
    }, HANG_MS);
  });
  try {
    return await Promise.race([promise, hang]);
  } finally {
    clearTimeout(timer);
  }
}

function summary(events: readonly AgentEvent[]): string {
  return events.length === 0 ? "nothing" : events.slice(-5).map((e) => JSON.stringify(e)).join(" ");
}
