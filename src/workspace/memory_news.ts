/**
 * What has changed in the memory since a session last saw it. The CLIs keep the instructions that a
 * session began with, so news can only reach it in a prompt.
 */
import { sep } from "node:path";
import type { Home } from "../config/home.ts";
import type { Project } from "../projects/project.ts";
import { memoryInstructions, readMemory } from "./memory.ts";
import { ownRules } from "./own_rules.ts";
import { memoryHistory, memoryVersion } from "./memory_history.ts";
import { projectRules } from "./project_rules.ts";

/** The memory at one moment. */
export interface MemoryState {
  /** Names the content: what a session that is given it has seen. */
  version: string;
  /** For a new session, with the user's own rules; `undefined`: there is neither. */
  instructions: string | undefined;
  /** What stands before paths in the workspace; empty for an agent that works in it. */
  at: string;
}

/** @param project Where the agent works that is told of it; absent: in the workspace. */
export async function memoryState(home: Home, project?: Project): Promise<MemoryState> {
  const [rules, text] = await Promise.all([ownRules(home), readMemory(home)]);
  const at = project ? home.workspaceDir + sep : "";
  const parts = [project && projectRules(home, project), rules, memoryInstructions(text, at)]
    .filter((part) => part !== undefined);
  return {
    version: memoryVersion(text),
    instructions: parts.length === 0 ? undefined : parts.join("\n\n"),
    at,
  };
}

/**
 * The text that brings a session up to date: the lines that have changed, or the whole memory where
 * it is not known what the session has seen. `undefined`: nothing is new to it.
 *
 * @param seen The version that the session has seen; `undefined`: unknown.
 */
export async function memoryNews(
  home: Home,
  seen: string | undefined,
  now: MemoryState,
): Promise<string | undefined> {
  if (seen === now.version) return undefined;
  if (now.instructions === undefined) {
    return seen === undefined ? undefined : note(now.at, "It is empty now.");
  }
  const old = (await memoryHistory(home)).find(({ hash }) => hash === seen);
  const before = old && await Deno.readTextFile(old.path).catch(() => undefined);
  const changes = before === undefined ? undefined : changed(before, await readMemory(home));
  return note(
    now.at,
    changes !== undefined && changes.length < now.instructions.length ? changes : now.instructions,
  );
}

function note(at: string, what: string): string {
  return `[ductor, not the user: ${at}memory_system/MAINMEMORY.md has changed since you last saw it. ` +
    `Take note and answer the message above as if this were not here.]\n\n${what}`;
}

/** The lines that only one of the texts has; a line that was moved is no news. */
function changed(before: string, after: string): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const gone = [...old].filter((line) => !now.has(line));
  const added = [...now].filter((line) => !old.has(line));
  return [block("New lines:", added), block("Lines that are gone:", gone)]
    .filter((part) => part !== "").join("\n\n") || "Only its order has changed.";
}

function linesOf(text: string): Set<string> {
  return new Set(text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== ""));
}

function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [title, ...lines].join("\n");
}
