/** Tool calls in words short enough for one line on a phone. */
import { oneLine, shorten } from "../../base/text.ts";
import { isAbsolute, relative } from "node:path";

/** UTF-16 units of what is said about a call. */
const LINE = 200;

/** The input field that says most about a call, by tool. */
const TELLING = new Map(Object.entries<readonly string[]>({
  Bash: ["command"],
  Read: ["file_path"],
  Edit: ["file_path"],
  MultiEdit: ["file_path"],
  Write: ["file_path"],
  NotebookEdit: ["notebook_path"],
  Glob: ["pattern"],
  Grep: ["pattern"],
  WebFetch: ["url"],
  WebSearch: ["query"],
  Task: ["description"],
  Agent: ["description"],
  Skill: ["skill", "command"],
  TaskCreate: ["subject"],
}));

/** Fields that tell something in tools that are not known here (MCP servers, new tools). */
const USUAL = [
  "command",
  "file_path",
  "path",
  "url",
  "query",
  "pattern",
  "description",
  "subject",
  "prompt",
  "name",
  "title",
];

/** One short line about a tool call: the command, the path, the pattern, the address. */
export function shortInput(tool: string, input: unknown, cwd?: string): string {
  if (typeof input !== "object" || input === null) return "";
  const fields = input as Record<string, unknown>;
  for (const field of [...TELLING.get(tool) ?? [], ...USUAL]) {
    const value = fields[field];
    if (typeof value !== "string" || value.trim() === "") continue;
    return line(field.endsWith("path") ? shortPath(value, cwd) : value);
  }
  const any = Object.values(fields).find((value) => typeof value === "string" && value !== "");
  return typeof any === "string" ? line(any) : "";
}

/** A path as the user would write it: relative to the working directory when it lies below it. */
export function shortPath(path: string, cwd?: string): string {
  if (cwd === undefined || !isAbsolute(path)) return path;
  const within = relative(cwd, path);
  return within === "" || within.startsWith("..") || isAbsolute(within) ? path : within;
}

/** On one line, and not endless. */
export function line(text: string): string {
  return shorten(oneLine(text), LINE);
}
