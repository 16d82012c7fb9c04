/**
 * Reads what Claude Code writes down of a session: a file of JSON lines, of which only the beginning
 * and the end are looked at. Lines may be torn, of any length, and anything at all.
 */
import { isObject, number, text } from "../../base/shape.ts";
import type { Said, SessionInfo } from "../session_info.ts";
import { ownWords, titleOf } from "../first_words.ts";
import { oneLine, shorten } from "../../base/text.ts";

/** What can be said of a session by its file. */
export type Summary = Pick<SessionInfo, "title" | "folder" | "messages">;

/** The lines that are worth being parsed; most of a file is neither. */
const TELLING = /"type":"(?:user|assistant|custom-title|ai-title|summary|last-prompt)"/;

/** Of a line that is cut off, too. */
const FOLDER = /"cwd":("(?:[^"\\]|\\.)+")/;

/** What stands in a prompt that the user did not write. */
const NOT_SAID = /^\s*<(?:command-|local-command|bash-|task-notification|system-reminder)/;

/**
 * @param head The beginning of the file.
 * @param tail Its end; empty: `head` is all of it.
 * @returns `undefined`: nobody has said anything in it
 */
export function summaryOf(head: string, tail: string): Summary | undefined {
  const folder = folderIn(head) ?? folderIn(tail);
  if (folder === undefined) return undefined;
  const begin = entriesOf(head);
  const all = [...begin, ...entriesOf(tail)];
  const last = (type: string, field: string) =>
    text(all.findLast((entry) => entry.type === type)?.[field])?.trim() || undefined;
  const name = last("custom-title", "customTitle") ?? last("ai-title", "aiTitle") ??
    last("summary", "summary");
  const prompts = all.filter((entry) => promptOf(entry) !== undefined);
  const first = begin.map(promptOf).find((prompt) => prompt !== undefined) ??
    last("last-prompt", "lastPrompt");
  if (name === undefined && first === undefined) return undefined;
  const title = name === undefined ? titleOf(first!) : shorten(oneLine(name), 100);
  const messages = tail === "" ? prompts.length : countedIn(prompts);
  return { title, folder, ...messages !== undefined && { messages } };
}

/** What was said, oldest first; what sub-agents say to each other is not. */
export function saidIn(part: string): Said[] {
  const all: Said[] = [];
  for (const entry of entriesOf(part)) {
    const prompt = promptOf(entry);
    if (prompt !== undefined) all.push({ by: "user", text: ownWords(prompt) });
    const answer = entry.type === "assistant" ? spokenIn(entry) : undefined;
    if (answer === undefined) continue;
    const before = all.at(-1);
    // One answer is several lines: a line for each block.
    if (before?.by === "agent") before.text += `\n\n${answer}`;
    else all.push({ by: "agent", text: answer });
  }
  return all;
}

function folderIn(part: string): string | undefined {
  const found = FOLDER.exec(part)?.[1];
  try {
    return found === undefined ? undefined : text(JSON.parse(found));
  } catch {
    return undefined;
  }
}

function entriesOf(part: string): Record<string, unknown>[] {
  return part.split("\n").flatMap((line) => {
    if (!TELLING.test(line)) return [];
    try {
      const entry: unknown = JSON.parse(line);
      return isObject(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

/** What the user wrote; `undefined`: it is something else. */
function promptOf(entry: Record<string, unknown>): string | undefined {
  if (entry.type !== "user" || entry.isMeta === true || entry.isCompactSummary === true) {
    return undefined;
  }
  const said = spokenIn(entry);
  return said === undefined || NOT_SAID.test(said) ? undefined : said;
}

function spokenIn({ message, isSidechain }: Record<string, unknown>): string | undefined {
  if (isSidechain === true || !isObject(message)) return undefined;
  const { content } = message;
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  const words = text(content) ?? blocks.map((block) => text(block.text) ?? "").join("\n");
  return words.trim() === "" ? undefined : words.trim();
}

/** Newer versions write with a prompt which one of the session it is. */
function countedIn(prompts: readonly Record<string, unknown>[]): number | undefined {
  const position = prompts.at(-1)?.turnPosition;
  const index = isObject(position) ? number(position.promptIndex) : undefined;
  return index === undefined ? undefined : index + 1;
}
