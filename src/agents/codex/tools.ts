/** Says in one line what a tool item of Codex does, under the names the user knows from Claude. */
import type { Params } from "../json_rpc.ts";
import { objects, oneLine, text } from "../wire.ts";

export interface ToolLine {
  name: string;
  input: string;
}

/** Undefined for items that are no tools. */
export function toolOf(item: Params): ToolLine | undefined {
  switch (text(item, "type")) {
    case "commandExecution":
      return { name: "Bash", input: oneLine(plainCommand(item)) };
    case "fileChange":
      return { name: "Edit", input: oneLine(changedPaths(item).join(", ")) };
    case "webSearch":
      return { name: "WebSearch", input: oneLine(text(item, "query") ?? "") };
    case "mcpToolCall":
      return {
        name: text(item, "tool") ?? "MCP",
        input: oneLine(text(item, "server") ?? ""),
      };
    case "dynamicToolCall":
      return { name: text(item, "tool") ?? "Tool", input: "" };
    case "collabAgentToolCall":
      return { name: "Task", input: oneLine(text(item, "prompt") ?? text(item, "tool") ?? "") };
    case "imageView":
      return { name: "Read", input: oneLine(text(item, "path") ?? "") };
    case "imageGeneration":
      return { name: "ImageGeneration", input: "" };
    default:
      return undefined;
  }
}

/** Whether a completed tool item went well. */
export function toolOk(item: Params): boolean {
  const status = text(item, "status");
  if (typeof item.exitCode === "number") return item.exitCode === 0;
  return item.success !== false && status !== "failed" && status !== "declined";
}

/** The command without the shell Codex wraps it in: `/bin/bash -lc 'echo hi'` is `echo hi`. */
export function plainCommand(item: Params): string {
  const actions = objects(item, "commandActions");
  if (actions.length === 1) {
    const command = text(actions[0]!, "command");
    if (command !== undefined) return command;
  }
  const command = text(item, "command") ?? "";
  const inner = /^\S*sh -l?c ([^]*)$/.exec(command)?.[1];
  if (inner === undefined) return command;
  return /^'[^]*'$/.test(inner) ? inner.slice(1, -1).replaceAll("'\\''", "'") : inner;
}

export function changedPaths(item: Params): string[] {
  return objects(item, "changes").flatMap((change) => text(change, "path") ?? []);
}

/** A plan as "2 of 5: the step at work". */
export function progress(steps: Params[], isDone: (step: Params) => boolean): string {
  const next = steps.find((step) => !isDone(step));
  const name = next && text(next, "step");
  const count = `${steps.filter(isDone).length} of ${steps.length}`;
  return name ? oneLine(`${count}: ${name}`) : count;
}
