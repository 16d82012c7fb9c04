/** Reads what Codex reports as an error, for sorting into the kinds a user is told apart. */
import type { AgentErrorKind } from "../agent.ts";
import { sortFailure } from "../errors.ts";
import { isObject } from "../../base/shape.ts";
import { codex } from "./facts.ts";
import type { Params } from "../json_rpc.ts";
import { number, object, seconds, text } from "../wire.ts";

export interface Failure {
  kind: AgentErrorKind;
  message: string;
  detail?: string;
  resetAt?: Date;
}

/** Codex's names for requests that will not go better a second time. */
const REFUSED = /^(inferenceHookDenied|tooManyDenials|sessionBudgetExceeded)$/;

/**
 * @param error A `TurnError`: `message`, `codexErrorInfo` (a name, or an object with the name as
 * its key and perhaps `httpStatusCode`), `additionalDetails`.
 * @param limits The last `account/rateLimits/updated`.
 */
export function failureOf(error: Params, limits: Params, now: Date): Failure {
  const { name, status = namedStatus(error) } = errorInfo(error);
  const inner = innerError(text(error, "message") ?? "");
  const more = text(error, "additionalDetails");
  const detail = more === undefined ? inner.message : `${inner.message}\n${more}`;
  const resetAt = limitReset(limits, now);
  const code = REFUSED.test(name)
    ? "bad_request"
    : name && name !== "other"
    ? snake(name)
    : inner.type;
  const sorted = sortFailure({
    cli: codex,
    text: detail,
    ...(status !== undefined && { status }),
    ...(code && { code }),
    ...(resetAt && { resetAt }),
  }, now);
  return { ...sorted, detail };
}

/** Whether trying again is pointless until somebody logs in. */
export function needsLogin(error: Params): boolean {
  const { name, status } = errorInfo(error);
  return name === "unauthorized" || status === 401 ||
    /\b401 Unauthorized\b/.test(`${text(error, "message")} ${text(error, "additionalDetails")}`);
}

function errorInfo(error: Params): { name: string; status: number | undefined } {
  const info = error.codexErrorInfo;
  if (typeof info === "string") return { name: info, status: undefined };
  const name = isObject(info) ? Object.keys(info)[0] ?? "" : "";
  return {
    name,
    status: isObject(info) ? number(object(info, name), "httpStatusCode") : undefined,
  };
}

/** Older versions tell the status of an answer in prose only. */
function namedStatus(error: Params): number | undefined {
  const found = /\bstatus:? (\d{3})\b/.exec(text(error, "message") ?? "");
  return found ? Number(found[1]) : undefined;
}

/** Codex hands some answers of the service on as the JSON they came in. */
function innerError(message: string): { message: string; type?: string } {
  let body: unknown;
  try {
    body = JSON.parse(message);
  } catch {
    return { message };
  }
  if (!isObject(body)) return { message };
  const error = object(body, "error");
  const said = text(error, "message") ?? text(body, "message") ?? text(body, "detail");
  // A bare `detail` is how the ChatGPT backend refuses a request.
  const type = text(error, "type") ?? (text(body, "detail") ? "bad_request" : undefined);
  return { message: said ?? message, ...(type !== undefined && { type }) };
}

/** When the limits that are used up are all open again. */
function limitReset(limits: Params, now: Date): Date | undefined {
  const resets = [object(limits, "primary"), object(limits, "secondary")]
    .filter((window) => (number(window, "usedPercent") ?? 0) >= 100)
    .flatMap((window) => seconds(window, "resetsAt") ?? [])
    .map((second) => second * 1000)
    .filter((time) => time > now.getTime());
  return resets.length > 0 ? new Date(Math.max(...resets)) : undefined;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
