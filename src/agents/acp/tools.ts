/** Tool calls of the Agent Client Protocol as a person reads them. */
import type { Params } from "../json_rpc.ts";
import { number, object, objects, oneLine, text } from "../wire.ts";

/** What a kind of tool is called, as Claude Code calls its own. */
const NAMES: Readonly<Record<string, string>> = {
  read: "Read",
  edit: "Edit",
  delete: "Delete",
  move: "Move",
  search: "Search",
  execute: "Bash",
  think: "Think",
  fetch: "WebFetch",
};

/** A tool call as it is known so far: later updates name only what has changed. */
export class ToolCall {
  readonly id: string;
  started = false;
  ended = false;
  readonly #fields: Params = {};

  constructor(id: string) {
    this.id = id;
  }

  update(fields: Params): void {
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined && value !== null) this.#fields[key] = value;
    }
  }

  get kind(): string {
    return text(this.#fields, "kind") ?? "other";
  }

  get name(): string {
    const title = text(this.#fields, "title") ?? "";
    const named = Object.hasOwn(NAMES, this.kind) ? NAMES[this.kind] : undefined;
    return named ?? text(this.#fields, "name") ?? (/^[\w.-]+$/.test(title) ? title : "Tool");
  }

  /** One line: the command, the path, what is looked for. */
  get line(): string {
    const input = object(this.#fields, "rawInput");
    const path = this.#paths[0] ?? "";
    return oneLine(
      text(input, "command") ?? commandLine(input.command) ??
        (text(this.#fields, "title") || path),
    );
  }

  /** All that will happen: the command, or each file with what goes into it. */
  get detail(): string {
    const input = object(this.#fields, "rawInput");
    const command = text(input, "command") ?? commandLine(input.command);
    if (command !== undefined) return command;
    const diffs = objects(this.#fields, "content").filter((each) => text(each, "type") === "diff");
    if (diffs.length > 0) return diffs.map(diffText).join("\n\n");
    const given = Object.keys(input).length > 0 ? JSON.stringify(input, null, 2) : "";
    return [this.#paths.join("\n"), given || (text(this.#fields, "title") ?? "")]
      .filter((part) => part !== "").join("\n");
  }

  /** What the agent says about the call, where it does. */
  get reason(): string | undefined {
    return text(object(this.#fields, "rawInput"), "description");
  }

  get content(): string {
    return objects(this.#fields, "content").map((each) =>
      text(object(each, "content"), "text") ?? ""
    )
      .filter((part) => part !== "").join("\n\n");
  }

  /** `undefined` while it runs. */
  get ok(): boolean | undefined {
    const status = text(this.#fields, "status");
    if (status === "failed") return false;
    if (status !== "completed") return undefined;
    const output = object(this.#fields, "rawOutput");
    const code = exitCode(output) ?? exitCode(object(output, "metadata"));
    return code === undefined || code === 0;
  }

  /** Whether enough is known to show it. */
  get isTelling(): boolean {
    return text(this.#fields, "status") !== "pending" ||
      object(this.#fields, "rawInput").command !== undefined;
  }

  get #paths(): string[] {
    return objects(this.#fields, "locations").flatMap((each) => text(each, "path") ?? []);
  }
}

function commandLine(value: unknown): string | undefined {
  return Array.isArray(value) && value.every((part) => typeof part === "string")
    ? value.join(" ")
    : undefined;
}

function diffText(diff: Params): string {
  const lines = (sign: string, value: string | undefined) =>
    value === undefined || value === "" ? [] : value.split("\n").map((line) => sign + line);
  return [
    text(diff, "path") ?? "",
    ...lines("- ", text(diff, "oldText")),
    ...lines("+ ", text(diff, "newText")),
  ].join("\n");
}

function exitCode(value: Params): number | undefined {
  return number(value, "exit") ?? number(value, "exitCode") ?? number(value, "exit_code");
}
