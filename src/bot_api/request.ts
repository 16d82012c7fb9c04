import { BotApiError } from "./errors.ts";
import { isObject } from "./params.ts";
import type { Upload } from "./types.ts";

/** Bytes of one request; what Telegram's cloud takes. */
const MAX_UPLOAD = 50 * 1024 * 1024;

/** Parameters that are numbers or objects; bodies without types carry them as strings. */
const TYPED = new Set([
  "allowed_updates",
  "caption_entities",
  "chat_id",
  "commands",
  "draft_id",
  "entities",
  "limit",
  "link_preview_options",
  "media",
  "message_id",
  "message_thread_id",
  "offset",
  "reaction",
  "reply_markup",
  "reply_parameters",
  "scope",
  "timeout",
  "user_id",
]);

/** Reads the parameters of a call: query string and body (JSON, multipart) together. */
export async function readPayload(request: Request, url: URL): Promise<Record<string, unknown>> {
  const payload: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) payload[name] = typed(name, value);
  if (request.method === "GET" || request.body === null) return payload;

  if (Number(request.headers.get("content-length") ?? 0) > MAX_UPLOAD + 64 * 1024) {
    throw tooLarge();
  }
  const type = (request.headers.get("content-type") ?? "").toLowerCase();
  if (type.startsWith("application/json")) {
    const text = await request.text();
    if (text.trim() === "") return payload;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    if (!isObject(body)) {
      throw new BotApiError(
        400,
        "Bad Request: can't parse request body as JSON object",
      );
    }
    return Object.assign(payload, body);
  }
  if (type.startsWith("multipart/form-data")) {
    return Object.assign(payload, await readMultipart(request));
  }
  await request.body.cancel();
  return payload;
}

async function readMultipart(request: Request): Promise<Record<string, unknown>> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    throw new BotApiError(400, "Bad Request: can't parse multipart body");
  }
  const uploads = new Map<string, Upload>();
  const fields: Record<string, unknown> = {};
  let size = 0;
  for (const [name, value] of form) {
    if (typeof value === "string") {
      fields[name] = typed(name, value);
      continue;
    }
    const bytes = new Uint8Array(await value.arrayBuffer());
    size += bytes.length;
    uploads.set(name, {
      upload: true,
      name: value.name,
      mime: value.type || "application/octet-stream",
      bytes,
    });
  }
  if (size > MAX_UPLOAD) throw tooLarge();
  const used = new Set<string>();
  const payload: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    payload[name] = attach(value, uploads, used);
  }
  for (const [name, upload] of uploads) if (!used.has(name)) payload[name] = upload;
  return payload;
}

/** Puts uploads where `attach://name` points to them. */
function attach(value: unknown, uploads: Map<string, Upload>, used: Set<string>): unknown {
  if (typeof value === "string" && value.startsWith("attach://")) {
    const name = value.slice("attach://".length);
    const upload = uploads.get(name);
    if (!upload) return value;
    used.add(name);
    return upload;
  }
  if (Array.isArray(value)) return value.map((item) => attach(item, uploads, used));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, attach(item, uploads, used)]),
    );
  }
  return value;
}

/** Same shape in `calls` whatever the body's encoding. What does not parse stays as it came. */
function typed(name: string, value: string): unknown {
  if (!TYPED.has(name)) return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  if (/^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value;
}

function tooLarge(): BotApiError {
  return new BotApiError(413, "Request Entity Too Large");
}
