/** A place of the pool (pool.ts): one key and provider, with the session it has or had. */
import { Mutex } from "../base/async/locks.ts";
import type { AgentSession, SessionSpec } from "./agent.ts";
import type { ProviderName } from "./provider.ts";

/** The session of one key and provider; there is a slot as long as somebody uses or keeps it. */
export interface Slot {
  readonly id: string;
  readonly key: string;
  readonly provider: ProviderName;
  session: AgentSession | undefined;
  /** Spec the session was opened with. */
  spec: SessionSpec | undefined;
  /** Uses that run or wait. */
  users: number;
  /** Uses of a slot run one after the other. */
  turns: Mutex;
  idleSince: number;
  /** Stops the idle timer. */
  timer: Disposable | undefined;
}

/** A place that nobody uses yet. */
export function emptySlot(id: string, key: string, provider: ProviderName): Slot {
  return {
    id,
    key,
    provider,
    session: undefined,
    spec: undefined,
    users: 0,
    turns: new Mutex(),
    idleSince: 0,
    timer: undefined,
  };
}

/** Whether ending the process would end work that is still to be told of. */
export function worksBeside({ session }: Slot): boolean {
  return (session?.background?.tasks().length ?? 0) > 0;
}
