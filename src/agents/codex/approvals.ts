/**
 * The questions `codex app-server` asks its client. Those a user can answer with yes or no become
 * `permission` events; the others get an answer that lets the turn go on without harm.
 */
import { isObject } from "../../base/shape.ts";
import type { Asking, Choice, PermissionDecision } from "../agent.ts";
import { type Params, RpcError } from "../json_rpc.ts";
import { changedPaths, plainCommand } from "./tools.ts";
import { object, objects, oneLine, text } from "../wire.ts";

/** A question for the user, and how each decision is put for Codex. */
export interface Question extends Asking {
  tool: string;
  answer(decision: PermissionDecision): unknown;
}

/** `itemOf` finds an item of the running turn by its id: a file change is described there. */
export function questionOf(
  method: string,
  params: Params,
  itemOf: (id: string) => Params | undefined,
): Question | undefined {
  const item = itemOf(text(params, "itemId") ?? "") ?? {};
  switch (method) {
    case "item/commandExecution/requestApproval":
      return command({ ...item, ...params });
    case "item/fileChange/requestApproval":
      return fileChange(item, params);
    case "item/permissions/requestApproval":
      return permissions(params);
    case "mcpServer/elicitation/request":
      return isYesOrNo(params) ? elicitation(params) : undefined;
    case "item/tool/requestUserInput":
      return userInput(params);
    default:
      return undefined;
  }
}

/** Answers to what no user is asked; undefined for a method that is not known. */
export function safeAnswer(method: string, params: Params): Promise<unknown> | undefined {
  switch (method) {
    case "item/tool/requestUserInput":
      return Promise.resolve(noAnswers(params));
    case "mcpServer/elicitation/request":
      return Promise.resolve({ action: "decline", content: null, _meta: null });
    case "item/tool/call":
      return Promise.resolve({
        contentItems: [{ type: "inputText", text: "This tool is not available." }],
        success: false,
      });
    case "account/chatgptAuthTokens/refresh":
      return Promise.reject(new RpcError(-32000, "This client holds no login; run `codex login`."));
    default:
      return undefined;
  }
}

const NO_ANSWER = "The user does not answer this.";

const DECISIONS = {
  allow: "accept",
  allow_session: "acceptForSession",
  deny: "decline",
  answer: "accept",
} as const;

function decision(made: PermissionDecision): unknown {
  return { decision: DECISIONS[made.behavior] };
}

function command(asked: Params): Question {
  const host = text(object(asked, "networkApprovalContext"), "host");
  const folder = text(asked, "cwd");
  const place = folder === undefined ? "" : ` in ${folder}`;
  return {
    tool: host === undefined ? "Bash" : "Network",
    title: oneLine(host === undefined ? `Run a command${place}` : `Reach ${host}`),
    detail: plainCommand(asked),
    ...said(asked),
    answer: decision,
  };
}

function fileChange(item: Params, params: Params): Question {
  const root = text(params, "grantRoot");
  const changes = objects(item, "changes").map((change) => {
    const kind = text(object(change, "kind"), "type") ?? "update";
    return `${kind} ${text(change, "path") ?? ""}\n${text(change, "diff")?.trimEnd() ?? ""}`;
  });
  return {
    tool: "Edit",
    title: oneLine(`Change ${changedPaths(item).join(", ") || "files"}`),
    detail: [...root ? [`and write below ${root} from now on`] : [], ...changes].join("\n"),
    ...said(params),
    answer: decision,
  };
}

/** Codex wants wider access (folders, network) for what comes next. */
function permissions(params: Params): Question {
  const wanted = object(params, "permissions");
  const granted = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
  return {
    tool: "Permissions",
    title: "Wider access",
    detail: JSON.stringify(granted, null, 1),
    ...said(params),
    answer: (made) => ({
      permissions: made.behavior === "deny" ? {} : granted,
      scope: made.behavior === "allow_session" ? "session" : "turn",
    }),
  };
}

/** What must not be seen in a chat is not asked there. */
function userInput(params: Params): Question | undefined {
  const asked = objects(params, "questions");
  if (asked.length === 0 || asked.some(({ isSecret }) => isSecret === true)) return undefined;
  const choices = asked.map((one): Choice => ({
    header: text(one, "header") ?? "",
    question: text(one, "question") ?? "",
    options: objects(one, "options").map((option) => ({
      label: text(option, "label") ?? "",
      description: text(option, "description") ?? "",
      preview: "",
    })).filter(({ label }) => label !== ""),
    several: false,
  }));
  return {
    tool: "AskUser",
    title: "A question",
    detail: "",
    choices,
    answer: (made) => {
      const given = made.behavior === "answer" ? made.answers : [];
      const no = made.behavior === "deny" ? made.reason ?? NO_ANSWER : NO_ANSWER;
      return answers(params, (index) => given[index] ?? no);
    },
  };
}

/** MCP servers ask with a form; one without a field that must be filled in is a yes or no. */
function isYesOrNo(params: Params): boolean {
  const schema = object(params, "requestedSchema");
  const required = schema.required;
  return isObject(params.requestedSchema) && (!Array.isArray(required) || required.length === 0);
}

function elicitation(params: Params): Question {
  const server = text(params, "serverName") ?? "MCP";
  return {
    tool: server,
    title: oneLine(`${server} asks to go on`),
    detail: text(params, "message") ?? "",
    answer: (made) =>
      made.behavior === "deny"
        ? { action: "decline", content: null, _meta: null }
        : { action: "accept", content: {}, _meta: null },
  };
}

function noAnswers(params: Params): unknown {
  return answers(
    params,
    () => "The user cannot be asked here. Decide yourself, or ask in your answer.",
  );
}

function answers(params: Params, to: (index: number) => string): unknown {
  const all = objects(params, "questions").map((question, index) => [
    text(question, "id"),
    { answers: [to(index)] },
  ]);
  return { answers: Object.fromEntries(all.filter(([id]) => id !== undefined)) };
}

/** What the model says about it. */
function said(params: Params): { reason?: string } {
  const reason = text(params, "reason");
  return reason ? { reason } : {};
}
