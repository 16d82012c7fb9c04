/**
 * The questions `codex app-server` asks its client. Those a user can answer with yes or no become
 * `permission` events; the others get an answer that lets the turn go on without harm.
 */
import { isObject } from "../../base/shape.ts";
import type { PermissionDecision } from "../agent.ts";
import { type Params, RpcError } from "./rpc.ts";
import { changedPaths, plainCommand } from "./tools.ts";
import { object, objects, oneLine, start, text } from "./wire.ts";

/** A question for the user, and how each decision is put for Codex. */
export interface Question {
  tool: string;
  title: string;
  detail: string;
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
  const line = plainCommand(asked);
  const folder = text(asked, "cwd");
  return {
    tool: host === undefined ? "Bash" : "Network",
    title: host === undefined ? oneLine(line) || "Run a command" : `Reach ${host}`,
    detail: lines([start(line), folder && `in ${folder}`, text(asked, "reason")]),
    answer: decision,
  };
}

function fileChange(item: Params, params: Params): Question {
  const paths = changedPaths(item);
  const root = text(params, "grantRoot");
  const changes = objects(item, "changes").map((change) => {
    const kind = text(object(change, "kind"), "type") ?? "update";
    return `${kind} ${text(change, "path") ?? ""}\n${text(change, "diff")?.trimEnd() ?? ""}`;
  });
  return {
    tool: "Edit",
    title: oneLine(paths.join(", ")) || "Change files",
    detail: lines([
      text(params, "reason"),
      root && `and write below ${root} from now on`,
      start(changes.join("\n")),
    ]),
    answer: decision,
  };
}

/** Codex wants wider access (folders, network) for what comes next. */
function permissions(params: Params): Question {
  const wanted = object(params, "permissions");
  const granted = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
  return {
    tool: "Permissions",
    title: oneLine(text(params, "reason") ?? "Wider access"),
    detail: start(JSON.stringify(granted, null, 1)),
    answer: (made) => ({
      permissions: made.behavior === "deny" ? {} : granted,
      scope: made.behavior === "allow_session" ? "session" : "turn",
    }),
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
    title: oneLine(text(params, "message") ?? `${server} asks to go on`),
    detail: start(text(params, "message") ?? ""),
    answer: (made) =>
      made.behavior === "deny"
        ? { action: "decline", content: null, _meta: null }
        : { action: "accept", content: {}, _meta: null },
  };
}

function noAnswers(params: Params): unknown {
  const answer = {
    answers: ["The user cannot be asked here. Decide yourself, or ask in your answer."],
  };
  const ids = objects(params, "questions").flatMap((question) => text(question, "id") ?? []);
  return { answers: Object.fromEntries(ids.map((id) => [id, answer])) };
}

function lines(parts: (string | undefined)[]): string {
  return parts.filter((part) => part).join("\n");
}
