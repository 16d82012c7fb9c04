/** What the command line can say about a hook, and how that gets into it. */
import type { Hook } from "./hook.ts";
import { patternProblem } from "./regex.ts";

export interface HookFields {
  title?: string | undefined;
  prompt?: string | undefined;
  description?: string | undefined;
  secret?: string | undefined;
  taskFolder?: string | undefined;
  hmacHeader?: string | undefined;
  hmacAlgorithm?: string | undefined;
  hmacEncoding?: string | undefined;
  hmacPrefix?: string | undefined;
  hmacSigRegex?: string | undefined;
  hmacPayloadPrefixRegex?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  reasoningEffort?: string | undefined;
  /** A JSON list. */
  cliParameters?: string | undefined;
  quietStart?: number | undefined;
  quietEnd?: number | undefined;
  dependency?: string | undefined;
  rateLimit?: number | undefined;
}

/** Puts what was given into the hook, checked; all but the secret. */
export function applyFields(hook: Hook, options: HookFields): void {
  const set = <K extends keyof Hook>(key: K, value: Hook[K] | undefined) => {
    if (value !== undefined) hook[key] = value;
  };
  for (const pattern of [options.hmacSigRegex, options.hmacPayloadPrefixRegex]) {
    const problem = pattern === undefined ? undefined : patternProblem(pattern);
    if (problem !== undefined) {
      throw new Error(`The pattern ${pattern} cannot be used: ${problem}`);
    }
  }
  set("description", options.description);
  set("hmac_header", options.hmacHeader);
  set("hmac_algorithm", options.hmacAlgorithm);
  set("hmac_encoding", options.hmacEncoding);
  set("hmac_sig_prefix", options.hmacPrefix);
  set("hmac_sig_regex", options.hmacSigRegex);
  set("hmac_payload_prefix_regex", options.hmacPayloadPrefixRegex);
  set("provider", options.provider);
  set("model", options.model);
  set("reasoning_effort", options.reasoningEffort);
  set("quiet_start", options.quietStart);
  set("quiet_end", options.quietEnd);
  set("dependency", options.dependency);
  if (options.rateLimit !== undefined) {
    if (!Number.isInteger(options.rateLimit) || options.rateLimit < 0) {
      throw new Error("--rate-limit is a whole number of events a minute, 0 or more");
    }
    hook.rate_limit_per_minute = options.rateLimit;
  }
  if (options.cliParameters !== undefined) {
    hook.cli_parameters = listOf(options.cliParameters);
  }
}

/** Where it belongs: as told, else where the agent that makes it runs. */
export function placeOf(
  { chatId, threadId }: { chatId?: string | undefined; threadId?: string | undefined },
  env: { get(name: string): string | undefined },
) {
  const chat = chatId ?? env.get("DUCTOR_CHAT_ID");
  if (!chat) return {};
  const thread = chatId === undefined ? env.get("DUCTOR_THREAD_ID") : threadId;
  const [chat_id, thread_id] = [Number(chat), Number(thread)];
  if (!Number.isSafeInteger(chat_id)) throw new Error(`--chat-id is a number, not ${chat}`);
  return { chat_id, ...thread && Number.isSafeInteger(thread_id) && { thread_id } };
}

function listOf(text: string): string[] {
  const value = jsonOrText(text);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`--cli-parameters is a JSON list of texts, such as '["--flag"]', not ${text}`);
}

/** What a text says as JSON; one that is none stays a text. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
