/** Permission questions of Claude Code: what the user sees, and the answers it understands. */
import { shorten } from "../../base/text.ts";
import { list, object, text } from "../../base/shape.ts";
import type { Choice, PermissionDecision } from "../agent.ts";
import { line, shortInput, shortPath } from "./tool_input.ts";
import type { ControlRequest, PermissionUpdate } from "./wire.ts";

const DETAIL = 3000;

interface Question {
  question?: string;
  options?: { label?: string; description?: string }[];
}

const questions = list(object<Question>({
  question: text,
  options: list(object<NonNullable<Question["options"]>[number]>({
    label: text,
    description: text,
  })),
}));

/** What the user is shown: one line, and the matter itself. */
export function describe(
  request: ControlRequest,
  cwd: string,
): { tool: string; title: string; detail: string } {
  const tool = request.tool_name ?? "tool";
  const input = request.input ?? {};
  const path = shortPath(string(input.file_path) || string(input.notebook_path), cwd);
  const shown = (title: string, detail: string) => ({
    tool,
    title: line(title),
    detail: shorten(detail, DETAIL),
  });
  switch (tool) {
    case "Bash": {
      const why = string(input.description);
      // What the model says about it must not look like a part of the command.
      return shown(why === "" ? "Run a command" : `Run a command (${why})`, string(input.command));
    }
    case "Write":
      return shown(`Write ${path}`, lines(path, string(input.content)));
    case "Edit":
      return shown(
        `Edit ${path}`,
        lines(path, marked("- ", string(input.old_string)), marked("+ ", string(input.new_string))),
      );
    case "NotebookEdit":
      return shown(`Edit ${path}`, lines(path, string(input.new_source)));
    case "WebFetch":
      return shown(`Open ${string(input.url)}`, lines(string(input.url), string(input.prompt)));
    case "AskUserQuestion": {
      const asked = questionsOf(request);
      return shown(
        asked.map((each) => each.question ?? "").join(" ") || "A question",
        asked.map((each) =>
          lines(
            each.question ?? "",
            ...(each.options ?? []).map((option, index) =>
              `${index + 1}. ${option.label ?? ""}` +
              (option.description ? ` (${option.description})` : "")
            ),
          )
        ).join("\n\n"),
      );
    }
    case "ExitPlanMode":
      return shown("The plan is ready. Carry it out?", string(input.plan));
    default: {
      const short = shortInput(tool, input, cwd);
      return shown(
        short === "" ? `Use ${tool}` : `Use ${tool}: ${short}`,
        lines(request.description ?? "", JSON.stringify(input, null, 2)),
      );
    }
  }
}

/** The `response` that carries the user's decision. */
export function answer(
  request: ControlRequest,
  decision: PermissionDecision,
): Record<string, unknown> {
  if (decision.behavior === "deny") {
    // Required, and read by the model.
    return { behavior: "deny", message: decision.reason ?? "The user did not allow this." };
  }
  const updatedInput = request.tool_name === "AskUserQuestion"
    ? { ...request.input, answers: answersTo(request, decision) }
    : request.input ?? {};
  const rules = decision.behavior === "allow_session" ? sessionRules(request) : [];
  return {
    behavior: "allow",
    updatedInput,
    ...rules.length > 0 && { updatedPermissions: rules },
  };
}

/**
 * What the CLI proposes to remember, kept to this session: its own proposal would write the rule
 * into the folder's settings for good. A change of mode is taken only where nothing narrower is
 * offered (edits of files).
 */
function sessionRules(request: ControlRequest): PermissionUpdate[] {
  const offered = request.permission_suggestions ?? [];
  const rules = offered.filter((each) => each.type === "addRules");
  const chosen = rules.length > 0 ? rules : offered.filter((each) => each.type === "setMode");
  return chosen.map((each) => ({ ...each, destination: "session" }));
}

/** Names a request, so that the same one need not be asked twice in a session. */
export function sameRequest(request: ControlRequest): string {
  const { description: _words, ...input } = request.input ?? {};
  return JSON.stringify([
    request.tool_name,
    Object.entries(input).sort(([one], [other]) => one < other ? -1 : 1),
  ]);
}

/** Whether "for this session" makes sense; a question or a plan is answered each time. */
export function canRepeat(request: ControlRequest): boolean {
  return request.tool_name !== "AskUserQuestion" && request.tool_name !== "ExitPlanMode";
}

function questionsOf(request: ControlRequest): Question[] {
  return questions(request.input?.questions) ?? [];
}

/** The questions of the request, for the user to choose. */
export function choicesOf(request: ControlRequest): Choice[] | undefined {
  if (request.tool_name !== "AskUserQuestion") return undefined;
  return questionsOf(request).map(({ question = "", options = [] }) => ({
    question,
    options: options.flatMap(({ label }) => label ?? []),
  }));
}

/** "Allow" without a choice takes the first option, which is the one the model recommends. */
function answersTo(
  request: ControlRequest,
  decision: PermissionDecision,
): Record<string, string> {
  const given = decision.behavior === "answer" ? decision.answers : [];
  return Object.fromEntries(
    questionsOf(request).map((each, index) => [
      each.question ?? "",
      given[index] ?? each.options?.[0]?.label ?? "",
    ]),
  );
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function lines(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

function marked(mark: string, text: string): string {
  return text === "" ? "" : text.split("\n").map((line) => mark + line).join("\n");
}
