/** The sessions that an agent of the Agent Client Protocol keeps, where it lists them. */
import { titleOf } from "../first_words.ts";
import type { RpcConnection } from "../json_rpc.ts";
import type { SessionInfo } from "../session_info.ts";
import { objects, text } from "../wire.ts";

/** Nobody looks further back on a phone. */
const MAX_PAGES = 5;

/** Newest first; of one folder if one is named. */
export async function listSessions(
  rpc: RpcConnection,
  folder: string | undefined,
  signal: AbortSignal,
): Promise<SessionInfo[]> {
  const found: SessionInfo[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const asked = { ...folder !== undefined && { cwd: folder }, ...cursor && { cursor } };
    const answer = await rpc.request("session/list", asked, signal);
    for (const each of objects(answer, "sessions")) {
      const [id, cwd] = [text(each, "sessionId"), text(each, "cwd")];
      if (!id || !cwd || (folder !== undefined && cwd !== folder)) continue;
      const title = titleOf(text(each, "title") ?? "");
      found.push({
        id,
        folder: cwd,
        title,
        updated: Date.parse(text(each, "updatedAt") ?? "") || 0,
      });
    }
    cursor = text(answer, "nextCursor");
    if (!cursor) break;
  }
  return found.sort((a, b) => b.updated - a.updated);
}
