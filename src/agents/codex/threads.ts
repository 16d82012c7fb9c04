/** The sessions that Codex keeps, which it calls threads, as `codex app-server` tells of them. */
import { join } from "node:path";
import type { Said, SessionInfo } from "../session_info.ts";
import { ownWords, titleOf } from "../first_words.ts";
import type { Params, RpcConnection } from "../json_rpc.ts";
import { objects, seconds, text } from "../wire.ts";

const PER_PAGE = 100;
/** Nobody looks further back on a phone. */
const MAX_PAGES = 5;
/** Those of people, not of sub-agents; without it Codex lists its own terminal's only. */
const SOURCES = ["cli", "vscode", "exec", "appServer"];

/** The newest, of one folder if one is named. */
export async function listThreads(
  rpc: RpcConnection,
  configHome: string,
  folder?: string,
): Promise<SessionInfo[]> {
  const found: Params[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await rpc.request("thread/list", {
      limit: PER_PAGE,
      sortKey: "updated_at",
      sourceKinds: SOURCES,
      // All of them, also those of another provider than today's.
      modelProviders: [],
      ...folder !== undefined && { cwd: folder },
      ...cursor !== undefined && { cursor },
    });
    found.push(...objects(answer, "data"));
    cursor = text(answer, "nextCursor");
    if (cursor === undefined) break;
  }
  const all = await Promise.all(found.map((thread) => infoOf(thread, configHome)));
  return all.filter((one) => one !== undefined).sort((a, b) => b.updated - a.updated);
}

async function infoOf(thread: Params, configHome: string): Promise<SessionInfo | undefined> {
  const [id, folder] = [text(thread, "id"), text(thread, "cwd")];
  if (!id || !folder || thread.ephemeral === true) return undefined;
  const updated = seconds(thread, "updatedAt") ?? seconds(thread, "createdAt") ?? 0;
  return {
    id,
    folder,
    title: titleOf(text(thread, "name") || text(thread, "preview") || ""),
    updated: updated * 1000,
    ...await isOpen(id, configHome) && { open: [] },
  };
}

/** A process that writes a thread holds a lock for it; it does not say which process that is. */
async function isOpen(id: string, configHome: string): Promise<boolean> {
  if (!/^[\w-]+$/.test(id)) return false;
  try {
    using lock = await Deno.open(join(configHome, "thread-writer-locks", `${id}.lock`));
    return !await lock.tryLock(false);
  } catch {
    return false;
  }
}

/** The last turns of a thread, oldest first. */
export async function lastTurns(rpc: RpcConnection, threadId: string): Promise<Said[]> {
  const answer = await rpc.request("thread/turns/list", {
    threadId,
    limit: 3,
    sortDirection: "desc",
    itemsView: "summary",
  });
  return objects(answer, "data").reverse().flatMap((turn) => objects(turn, "items"))
    .flatMap((item): Said[] => {
      if (item.type === "agentMessage") return [{ by: "agent", text: text(item, "text") ?? "" }];
      if (item.type !== "userMessage") return [];
      const words = objects(item, "content").map((part) => text(part, "text") ?? "").join("\n");
      return [{ by: "user", text: ownWords(words) }];
    }).filter((said) => said.text.trim() !== "");
}
