/** Permission questions of Claude Code: what the user sees, and the answers it understands. */
import { flag, list, object, text } from "../../base/shape.ts";
import type { Asking, Choice, PermissionDecision } from "../agent.ts";
import { line, shortInput, shortPath } from "./tool_input.ts";
import type { ControlRequest, PermissionUpdate } from "./wire.ts";

interface Question {
  header?: string;
  question?: string;
  multiSelect?: boolean;
  options?: { label?: string; description?: string; preview?: string }[];
}

const questions = list(object<Question>({
  header: text,
  question: text,
  multiSelect: flag,
  options: list(object<NonNullable<Question["options"]>[number]>({
    label: text,
    description: text,
    preview: text,
  })),
}));

/** What the user is shown. */
export function describe(request: ControlRequest, cwd: string): Asking & { tool: string } {
  const tool = request.tool_name ?? "tool";
  const input = request.input ?? {};
  const path = shortPath(string(input.file_path) || string(input.notebook_path), cwd);
  const shown = (title: string, detail: string, more: Partial<Asking> = {}) => ({
    tool,
    title: line(title),
    // What the line has no room for must be seen all the same.
    detail: line(title) === title.trim() ? detail : lines(title, detail),
    ...request.agent_id !== undefined && { subagent: true },
    ...more,
  });
  switch (tool) {
    case "Bash": {
      const how = [
        input.run_in_background === true ? " in the background" : "",
        input.dangerouslyDisableSandbox === true ? ", outside of Claude's own sandbox" : "",
      ];
      return shown(`Run a command${how.join("")}`, string(input.command), said(input.description));
    }
    case "Write":
      return shown(`Write ${path}`, string(input.content));
    case "Edit": {
      const edit = [marked("- ", string(input.old_string)), marked("+ ", string(input.new_string))];
      const where = input.replace_all === true ? ", wherever it stands" : "";
      return shown(`Edit ${path}${where}`, lines(...edit));
    }
    case "NotebookEdit":
      return shown(
        `Edit ${path}`,
        lines(
          `${string(input.edit_mode)} ${string(input.cell_id)}`.trim(),
          string(input.new_source),
        ),
      );
    case "WebFetch":
      return shown("Open a page", lines(string(input.url), string(input.prompt)));
    case "AskUserQuestion": {
      return shown("A question", "", { choices: choicesOf(request) });
    }
    case "ExitPlanMode":
      return shown("The plan is ready. Carry it out?", "", { plan: string(input.plan) });
    default: {
      const short = shortInput(tool, input, cwd);
      return {
        ...shown("", JSON.stringify(input, null, 2), said(request.description)),
        title: line(short === "" ? `Use ${tool}` : `Use ${tool}: ${short}`),
      };
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
    return { behavior: "deny", message: refusal(request, decision.reason) };
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

function refusal({ tool_name }: ControlRequest, reason: string | undefined): string {
  switch (tool_name) {
    case "AskUserQuestion":
      return reason ?? "The user does not answer this.";
    case "ExitPlanMode":
      return `Keep planning${reason === undefined ? "." : `: ${reason}`}`;
    default:
      return reason === undefined ? "The user did not allow this." : `Not allowed: ${reason}`;
  }
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
function choicesOf(request: ControlRequest): Choice[] {
  return questionsOf(request).map((asked) => ({
    header: asked.header ?? "",
    question: asked.question ?? "",
    options: (asked.options ?? []).flatMap(({ label, description = "", preview = "" }) =>
      label ? { label, description, preview } : []
    ),
    several: asked.multiSelect ?? false,
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

/** What the model says about it must not look like a part of what runs, or of our words. */
function said(words: unknown): { reason?: string } {
  return string(words) === "" ? {} : { reason: string(words) };
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
