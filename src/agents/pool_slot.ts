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
  /** The session was opened ahead, and nobody has used it yet. */
  ahead: boolean;
  /** Which folder the session was opened in; one of the same name may have taken its place. */
  folder: string;
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
    ahead: false,
    folder: "",
    users: 0,
    turns: new Mutex(),
    idleSince: 0,
    timer: undefined,
  };
}

/** Whether a session that was opened ahead is the one that is wanted now: it may know an older memory. */
export function beginsAlike(opened: SessionSpec | undefined, wanted: SessionSpec): boolean {
  return opened?.resume === wanted.resume && opened?.fork === wanted.fork &&
    opened?.instructions === wanted.instructions &&
    opened?.model === wanted.model && opened?.effort === wanted.effort;
}

/** Whether ending the process would end work that is still to be told of. */
export function worksBeside({ session }: Slot): boolean {
  return (session?.background?.tasks().length ?? 0) > 0;
}

/**
 * What tells a folder from others; the same for all that are not there. A number that is free again
 * may be given to the next one, so the time of its making belongs to it.
 */
export function identityOf(folder: string): Promise<string> {
  const identity = ({ dev, ino, birthtime }: Deno.FileInfo) =>
    `${dev}/${ino}/${birthtime?.getTime()}`;
  return Deno.stat(folder).then(identity, () => "");
}
