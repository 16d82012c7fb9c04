import { BotApiError } from "./errors.ts";
import type { ApiFailure, Fault } from "./types.ts";

/** What a fault of a status says unless told otherwise. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden: bot was blocked by the user",
  404: "Not Found",
  409:
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  500: "Internal Server Error",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};

/** The refusal a fault of a status stands for. */
export function faultError(fault: Extract<Fault, { status: number }>): BotApiError {
  const { error_code, description, parameters } = faultFailure(fault);
  return new BotApiError(error_code, description, parameters);
}

/** What such a fault answers, with Telegram's words where none are given. */
export function faultFailure(fault: Extract<Fault, { status: number }>): ApiFailure {
  const { status, retry_after } = fault;
  const description = fault.description ??
    (status === 429
      ? `Too Many Requests: retry after ${retry_after ?? 1}`
      : DESCRIPTIONS[status] ?? `Error ${status}`);
  const waits = status === 429 || retry_after !== undefined;
  return {
    error_code: status,
    description,
    ...(waits && { parameters: { retry_after: retry_after ?? 1 } }),
  };
}

/** An answer that says no; its HTTP status is the error code. */
export function failure(error: ApiFailure): Response {
  return Response.json({ ok: false, ...error }, { status: error.error_code });
}

/** An answer that breaks off: it ends, and the connection with it, before the length it announced. */
export function cutOff(begin: Uint8Array<ArrayBuffer>): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(begin);
      controller.close();
    },
  });
  const headers = {
    "content-type": "application/json",
    "content-length": String(begin.length + 1000),
    // Deno.serve would compress it, and forget the length.
    "cache-control": "no-transform",
  };
  return new Response(body, { headers });
}
