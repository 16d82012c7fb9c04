/** `ductor file list`: what the user sent. */
import { showTime } from "../../base/wall_time.ts";
import { humanSize } from "../../files/info.ts";
import { listFiles } from "../../files/list.ts";
import { answer } from "../reply.ts";
import { toolContext } from "../tool_context.ts";

export interface ListOptions {
  json?: boolean;
  type?: string;
  date?: string;
  limit?: number;
}

export function list(options: ListOptions): Promise<number> {
  return answer(options, async () => {
    const { home, zone, now } = await toolContext();
    const { files, total } = await listFiles(home.telegramFilesDir, options, now);
    const rows = files.map(({ path, type, size, received }) =>
      `${showTime(received.getTime(), zone)}  ${humanSize(size).padStart(6)}  ${type}  ${path}`
    );
    if (total > files.length) rows.push(`… and ${total - files.length} more; see --limit`);
    return {
      json: {
        files: files.map(({ path, name, type, size, received }) => ({
          ...{ path, name, type, size, received: received.toISOString() },
        })),
        count: files.length,
        total,
      },
      text: rows.join("\n") || "There is no such file from the user.",
    };
  });
}
