import type { ResponseParameters } from "grammy/types";
import type { ApiFailure } from "./types.ts";

/** A refusal in the words of Telegram; becomes the answer `{ok: false, …}` with that HTTP status. */
export class BotApiError extends Error {
  override readonly name = "BotApiError";
  readonly code: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }

  toFailure(): ApiFailure {
    return {
      error_code: this.code,
      description: this.message,
      ...(this.parameters && { parameters: this.parameters }),
    };
  }
}

/** 400. Telegram starts its sentences in lower case, but leaves CODES_LIKE_THIS alone. */
export function badRequest(what: string): BotApiError {
  return new BotApiError(400, `Bad Request: ${what}`);
}

export function conflict(what: string): BotApiError {
  return new BotApiError(409, `Conflict: ${what}`);
}
