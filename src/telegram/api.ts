/** The Bot API client: grammY's, on a connection that can be thrown away and made anew. */
import { Api, GrammyError, HttpError, InputFile } from "grammy";
import { Watchdog } from "../base/async/timer.ts";
import { maskAll } from "../base/redaction.ts";
import { integer, isObject, number, text } from "../base/shape.ts";

export type { Api };

/** How long a call may take that neither waits for updates nor carries a file. */
const CALL_MS = 25_000;

export interface BotApi {
  readonly api: Api;
  /** Ends the calls without files; the next one dials afresh. */
  reconnect(): void;
  close(): void;
}

/**
 * @param token Bot token as BotFather gave it.
 * @param apiRoot `telegram_api_root` of the config, without a slash at the end.
 * @param flooded Told each time Telegram asks to wait.
 * @param hidden What no text that goes to a chat may show.
 * @param callMs How long a call without a file may take.
 */
export function createBotApi(
  token: string,
  apiRoot: string,
  flooded?: () => void,
  hidden: (chatId: unknown) => readonly string[] = () => [],
  callMs = CALL_MS,
): BotApi {
  let client = newClient();
  let connection = new AbortController();
  const api = new Api(token, {
    apiRoot: apiRoot.replace(/\/+$/, ""),
    // Uploads of 50 MB over a slow line take minutes; a long poll has a signal of its own.
    timeoutSeconds: 300,
    fetch: ((input: string | URL | Request, init?: RequestInit) =>
      fetch(input, { ...init, body: once(init?.body), client } as RequestInit)) as typeof fetch,
  });
  api.config.use(async (call, method, payload, signal) => {
    const { chat_id } = payload as { chat_id?: unknown };
    const shown = maskAll(payload, hidden(chat_id)) as typeof payload;
    // What waits for updates has a limit of its own.
    const isShort = method !== "getUpdates" && !hasFile(payload);
    const ends = [connection.signal, ...signal ? [signal as AbortSignal] : []];
    using limit = isShort ? new Watchdog(callMs, { signal: AbortSignal.any(ends) }) : undefined;
    const answer: unknown = await call(method, shown, limit ? limit.signal as never : signal);
    if (isObject(answer) && answer.error_code === 429) flooded?.();
    if (!isObject(answer) || answer.ok === true && !isResultOf(method, answer.result)) {
      throw new HttpError(`The answer to '${method}' cannot be read`, new TypeError(method));
    }
    return answer as never;
  });
  return {
    api,
    reconnect() {
      connection.abort();
      connection = new AbortController();
      client.close();
      client = newClient();
    },
    close: () => client.close(),
  };
}

/**
 * Deno 2.8 silently repeats a request whose connection closes before the answer begins, unless its
 * body is a stream: a message would be sent twice.
 */
function once(body: BodyInit | null | undefined): BodyInit | null | undefined {
  return typeof body === "string" ? new Blob([body]).stream() : body;
}

function hasFile(value: unknown): boolean {
  return value instanceof InputFile ||
    typeof value === "object" && value !== null && Object.values(value).some(hasFile);
}

/** HTTP/1.1 only: a dead HTTP/2 connection would swallow every later call as well. */
function newClient(): Deno.HttpClient {
  return Deno.createHttpClient({ http2: false });
}

/** Whether a result has what is read of it. Most methods say `true`, or show what has changed. */
function isResultOf(method: string, result: unknown): boolean {
  switch (method) {
    case "getUpdates":
      return Array.isArray(result);
    case "getMe":
      return isObject(result) && integer(result.id) !== undefined &&
        /^\w*$/.test(text(result.username ?? "") ?? "?");
    case "getMyCommands":
      return Array.isArray(result) && result.every(isObject);
    case "getFile":
      return isObject(result) && text(result.file_path ?? "") !== undefined;
    case "sendMediaGroup":
      return Array.isArray(result) && result.length > 0 && result.every(isMessage);
    case "sendMessage":
    case "sendPhoto":
    case "sendVideo":
    case "sendAnimation":
    case "sendAudio":
    case "sendVoice":
    case "sendDocument":
      return isMessage(result);
    default:
      return result === true || isObject(result);
  }
}

function isMessage(value: unknown): boolean {
  return isObject(value) && integer(value.message_id) !== undefined;
}

/** What Telegram says when it is not about the message but about where it goes. */
const CLOSED = new RegExp(
  "topic_closed|rights to send (text messages|a message)|no rights|no write access|chat_restricted|" +
    "chat_(write|send_plain|guest_send)_forbidden|chat_admin_required|user_banned_in_channel|" +
    "channel_private|administrator rights|peer_id_invalid|chat not found|user is deactivated|" +
    "group chat was deleted",
);
/** Somebody who never wrote to the bot ("chat not found") still may. */
const FOREVER = /user is deactivated|group chat was deleted/;

/** Longest wait that Telegram is believed, seconds. */
const LONGEST_FLOOD = 86_400;

/** What went wrong with a call, reduced to what the callers decide on. */
export type Failure =
  /** The service asks to wait, seconds. */
  | { kind: "flood"; retryAfter: number }
  /** The message already looks like that; nothing to do. */
  | { kind: "not_modified" }
  /** The message to edit or delete is gone, or is not ours. */
  | { kind: "gone" }
  /** The topic was deleted. */
  | { kind: "no_topic" }
  /** The group became a supergroup with another id. */
  | { kind: "migrated"; chatId: number }
  /** The chat, or this topic of it, takes nothing: closed, blocked, kicked, no rights, deleted. */
  | { kind: "closed"; description: string; forever: boolean }
  /** Two programs poll with one token, or a webhook is set. */
  | { kind: "conflict"; description: string }
  /** The token is wrong or was revoked. */
  | { kind: "unauthorized"; description: string }
  /** Telegram refuses this very request; the same again would be refused again. */
  | { kind: "refused"; description: string }
  /** The service or the network failed; unless `unsent`, the call may have been carried out. */
  | { kind: "network"; description: string; unsent: boolean }
  | { kind: "aborted" };

export function failureOf(error: unknown): Failure {
  if (error instanceof GrammyError) return apiFailure(error);
  if (error instanceof HttpError) {
    const cause = error.error;
    if (cause instanceof DOMException && cause.name === "AbortError") return { kind: "aborted" };
    // Only the method name: the cause of a fetch error may hold the URL, and so the token.
    return { kind: "network", description: error.message, unsent: isUnconnected(cause) };
  }
  if (error instanceof DOMException && error.name === "AbortError") return { kind: "aborted" };
  const description = error instanceof Error ? error.name : "unknown error";
  return { kind: "network", description, unsent: false };
}

/** Whether the call surely was not carried out: it was refused, or it never left. */
export function isUnsent(failure: Failure): boolean {
  if (failure.kind === "network") return failure.unsent;
  return failure.kind !== "aborted";
}

/** Deno's word for what fails before there is a connection: no such host, refused, TLS. */
function isUnconnected(cause: unknown): boolean {
  return cause instanceof TypeError && cause.message.includes("client error (Connect)");
}

function apiFailure(error: GrammyError): Failure {
  // Whatever answered, it need not be Telegram: none of this is sure to be what its type says.
  const code = integer(error.error_code);
  if (code === undefined || code < 400) {
    return {
      kind: "network",
      description: `The answer to '${error.method}' cannot be read`,
      unsent: false,
    };
  }
  const description = text(error.description) ?? `error ${code}`;
  const { retry_after, migrate_to_chat_id } = error.parameters;
  const retryAfter = number(retry_after) ?? (code === 429 ? 1 : undefined);
  if (retryAfter !== undefined) {
    return { kind: "flood", retryAfter: Math.min(Math.max(1, retryAfter), LONGEST_FLOOD) };
  }
  const chatId = integer(migrate_to_chat_id);
  if (chatId !== undefined && chatId < 0) return { kind: "migrated", chatId };
  if (code === 401 || code === 404) return { kind: "unauthorized", description };
  if (code === 409) return { kind: "conflict", description };
  if (code >= 500) return { kind: "network", description, unsent: false };
  const said = description.toLowerCase();
  if (said.includes("message is not modified")) return { kind: "not_modified" };
  if (said.includes("message thread not found") || said.includes("topic_deleted")) {
    return { kind: "no_topic" };
  }
  if (
    said.includes("message to edit not found") || said.includes("message to delete not found") ||
    said.includes("message can't be edited") || said.includes("message can't be deleted") ||
    said.includes("message_id_invalid")
  ) return { kind: "gone" };
  if (code === 403 || CLOSED.test(said)) {
    return { kind: "closed", description, forever: FOREVER.test(said) };
  }
  return { kind: "refused", description };
}
