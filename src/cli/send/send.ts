/** What `ductor send` does. */
import { resolve } from "node:path";
import { outgoingSpool } from "../../jobs/spool.ts";
import { answer, CommandError } from "../reply.ts";
import { takenBy } from "../taken.ts";
import { ownConversation, toolContext } from "../tool_context.ts";

export interface SendOptions {
  file?: string[];
  chat?: number;
  thread?: number;
  everyone?: boolean;
  json?: boolean;
}

export function send(words: string[], options: SendOptions): Promise<number> {
  return answer(options, async () => {
    const { home } = await toolContext();
    const text = words.length === 1 && words[0] === "-"
      ? await new Response(Deno.stdin.readable).text()
      : words.join(" ");
    const files = await Promise.all((options.file ?? []).map(existing));
    if (text.trim() === "" && files.length === 0) {
      throw new CommandError("There is nothing to send", {
        hint: 'For example: ductor send "The backup is done."',
      });
    }
    const { chat: chat_id, thread: thread_id } = options;
    const target = options.everyone
      ? {}
      : chat_id === undefined
      ? ownConversation() ?? {}
      : { chat_id, ...thread_id !== undefined && { thread_id } };
    const spool = outgoingSpool(home);
    const name = await spool.put({ text: text.trim(), files, title: "ductor send", ...target });
    const end = await takenBy(home, spool, name);
    const [running, taken] = [end !== "no bot", end === "taken"];
    const note = taken
      ? "The bot delivers it."
      : running
      ? "It is queued; the bot is busy and will deliver it."
      : "It is queued; the bot is not running, and delivers it when it starts.";
    return {
      json: { queued: true, taken, bot_running: running, files, note, ...target },
      text: note,
    };
  });
}

async function existing(path: string): Promise<string> {
  const full = resolve(path);
  const info = await Deno.stat(full).catch(() => undefined);
  if (info?.isFile) return full;
  throw new CommandError(
    info === undefined ? `There is no file ${full}` : `${full} is a folder; only files can be sent`,
  );
}
