/** The sessions that the CLIs of this machine keep, and who has one of them now. */
import type { Agent } from "../agents/agent.ts";
import type { AgentPool } from "../agents/pool.ts";
import { PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import type { SessionInfo } from "../agents/session_info.ts";
import { type Address, isOf, seatKey } from "./address.ts";
import type { Sessions } from "./sessions.ts";

export interface StoredSession extends SessionInfo {
  provider: ProviderName;
}

export interface Stored {
  /** Newest first. */
  sessions: StoredSession[];
  /** Whose could not be listed, and why. */
  failed: { provider: ProviderName; why: string }[];
}

/** Those of all providers. @param folder Only those of this folder. */
export async function storedSessions(
  agents: Readonly<Record<ProviderName, Agent>>,
  folder?: string,
): Promise<Stored> {
  const stored: Stored = { sessions: [], failed: [] };
  await Promise.all(PROVIDER_NAMES.map(async (provider) => {
    const agent = agents[provider];
    if (!agent?.sessions || !await agent.isInstalled()) return;
    try {
      const found = await agent.sessions(folder);
      stored.sessions.push(...found.map((each) => ({ ...each, provider })));
    } catch (error) {
      stored.failed.push({ provider, why: error instanceof Error ? error.message : `${error}` });
    }
  }));
  stored.sessions.sort((a, b) => b.updated - a.updated);
  return stored;
}

/**
 * Who has a session: a process that ductor did not start, another conversation of ductor's, or the
 * conversation itself. Two of them must never write to one.
 */
export type Holder = "terminal" | "chat" | "here";

/** Tells who has a session, seen from a conversation. */
export async function holders(
  address: Address,
  { pool, sessions }: { pool: Pick<AgentPool, "stats">; sessions: Pick<Sessions, "all"> },
): Promise<(session: StoredSession) => Holder | undefined> {
  const live = pool.stats();
  const pids = new Set(live.map(({ pid }) => pid));
  const kept = (await sessions.all()).flatMap(({ address, entry }) =>
    Object.entries(entry.provider_sessions).map(([provider, bucket]) => ({
      key: seatKey(address),
      provider,
      // Of a copy that is still to be made, it is not the copy's.
      session: bucket.fork ? undefined : bucket.session_id,
    }))
  );
  return ({ provider, id, open }) => {
    const at = [...live, ...kept]
      .filter((each) => each.provider === provider && each.session === id);
    const foreign = open?.length === 0
      // It is not said who it is: ours, if one of ours has it.
      ? !live.some((each) => each.provider === provider && each.session === id)
      : open?.some((pid) => !pids.has(pid));
    if (foreign) return "terminal";
    if (at.some(({ key }) => !isOf(key, address))) return "chat";
    return at.length > 0 ? "here" : undefined;
  };
}
