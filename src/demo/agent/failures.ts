/**
 * How Claude Code behaves when the model's service answers with an error: which ones it tries again,
 * how often, and what it says in the end.
 */

import { backoff } from "../../base/async/backoff.ts";
import type { Failure } from "../brain/thought.ts";

/** Tries after the first one, before Claude Code gives up. */
export const MAX_RETRIES = 10;

/** Errors that are tried again, and the word for each in `api_retry`. */
const RETRIED: Readonly<Record<number, string>> = {
  401: "authentication_failed",
  429: "rate_limit",
  529: "overloaded",
};

/** The word for an error that is tried again; nothing for one that is final at once. */
export function retryWord({ status, resetsIn }: Failure): string | undefined {
  return resetsIn === undefined ? RETRIED[status] : undefined;
}

/** Wait before the given retry (1 is the first), ms. */
export const retryDelay = backoff({ first: 500, most: 35_000 });

/** The sentence of the answer, and the `error` word of its message. */
export function failureText(
  failure: Failure,
  model: string,
  now: Date,
): { text: string; word: string } {
  const { status, message, resetsIn } = failure;
  if (resetsIn !== undefined) {
    const time = new Date(now.getTime() + resetsIn * 1000)
      .toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone: "UTC" })
      .replace(/\s/g, "").toLowerCase();
    return { text: `You've hit your session limit · resets ${time} (UTC)`, word: "rate_limit" };
  }
  if (status === 401) {
    return { text: "Invalid API key · Fix external API key", word: "authentication_failed" };
  }
  if (status === 404) {
    return {
      text: `There's an issue with the selected model (${model}). It may not exist or you may ` +
        "not have access to it. Run --model to pick a different model.",
      word: "model_not_found",
    };
  }
  if (status === 429) {
    return { text: `API Error: Request rejected (429) · ${message}`, word: "rate_limit" };
  }
  return { text: `API Error: ${status} ${message}`, word: RETRIED[status] ?? "unknown" };
}
