/**
 * What the webhook server answers. A sender that is not known to be good learns nothing: whether a
 * hook exists, is switched off or has another secret, the answer is the same.
 *
 * | status | body | when |
 * |---|---|---|
 * | 202 | `{"accepted":true,"hook_id","event_id"}` | the event is on disk and will be handled |
 * | 200 | `{"accepted":true,"duplicate":true,…}` | it was accepted before |
 * | 400 | `invalid_json`, `body_must_be_object` | signed well, but not readable |
 * | 401 | `unauthorized` | no such hook, switched off, or not signed well |
 * | 404, 405 | `not_found`, `method_not_allowed` | another address or method |
 * | 408, 413, 415 | `too_slow`, `body_too_large`, `unsupported_media_type` | |
 * | 429 | `rate_limited`, with `Retry-After` | too many events, or too many failures from one source |
 * | 503 | `busy`, `not_stored`, with `Retry-After` | nothing was accepted; send it again |
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { text as asText } from "../base/shape.ts";
import { telegramJson, type TelegramState } from "../telegram/liveness.ts";
import { isAuthentic, schemeOf } from "./auth.ts";
import { readBody } from "./body.ts";
import { digest, newToken } from "./crypto.ts";
import type { Events, OpenEvent } from "./events.ts";
import { type Hook, hookSchema } from "./hook.ts";
import { parsePayload, type Payload } from "./payload.ts";
import { KeyedRateLimit, RateLimit } from "./rate_limit.ts";
import type { Registry } from "./registry.ts";

const log = getLogger(["ductor", "webhooks"]);

/** A body that takes longer is not from a sender anybody means. */
export const BODY_TIMEOUT_MS = 10_000;

/** Failures a minute from one source, after which it is not listened to for a while. */
export const MAX_FAILURES = 30;

/** Longest delivery id that is remembered. */
const MAX_KEY = 200;

export interface WebhookAppOptions {
  registry: Registry;
  events: Events;
  clock: Clock;
  /** The `webhooks` part of the config as it is now. */
  settings(): Config["webhooks"];
  /** Told about every event that is on disk. Must not throw. */
  accepted(event: OpenEvent): void;
  /** Whether Telegram answers. */
  telegram(): TelegramState;
}

/** Given by the server with each request. */
export interface Peer {
  /** Address of who is connected. */
  source?: string;
}

type Ctx = Context<{ Bindings: Peer }>;
type Answer = { status: number; body: Record<string, unknown>; retryAfter?: number };

export function webhookApp(options: WebhookAppOptions): Hono<{ Bindings: Peer }> {
  const door = new Door(options);
  const app = new Hono<{ Bindings: Peer }>();
  app.get("/health", (c) => {
    const telegram = telegramJson(options.telegram());
    return c.json({ status: telegram.failing_since ? "degraded" : "ok", telegram });
  });
  app.all("/health", (c) => refuseMethod(c, "GET"));
  app.post("/hooks/:id", async (c) => {
    const { status, body, retryAfter } = await door.receive(c);
    if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
    return c.json(body, status as 200);
  });
  app.all("/hooks/:id", (c) => refuseMethod(c, "POST"));
  app.notFound((c) => c.json({ error: "not_found" }, 404));
  app.onError((error, c) => {
    log.error("A webhook request failed in ductor itself: {error}", { error });
    c.header("Retry-After", "30");
    return c.json({ error: "busy" }, 503);
  });
  return app;
}

function refuseMethod(c: Ctx, allowed: string) {
  c.header("Allow", allowed);
  return c.json({ error: "method_not_allowed" }, 405);
}

class Door {
  readonly #options: WebhookAppOptions;
  readonly #all = new RateLimit();
  readonly #perHook = new KeyedRateLimit();
  readonly #failures = new KeyedRateLimit();

  constructor(options: WebhookAppOptions) {
    this.#options = options;
  }

  async receive(c: Ctx): Promise<Answer> {
    const { registry, clock, settings } = this.#options;
    const source = sourceOf(c);
    // Behind a tunnel everybody may look the same; then only what fails is turned away, below.
    const blocked = source === undefined
      ? 0
      : this.#failures.wait(source, MAX_FAILURES, clock.now());
    if (blocked > 0) return limited(blocked);
    const type = mediaType(c.req.header("content-type"));
    if (type === undefined) return error(415, "unsupported_media_type");
    const maxBytes = settings().max_body_bytes;
    if (Number(c.req.header("content-length") ?? 0) > maxBytes) return tooLarge(maxBytes);
    const body = await readBody(c.req.raw, { maxBytes, timeoutMs: BODY_TIMEOUT_MS, clock });
    if (body === "too_large") return tooLarge(maxBytes);
    if (body === "too_slow") return error(408, "too_slow");
    if (body === "broken") return error(400, "body_incomplete");

    const hook = await registry.find(c.req.param("id") ?? "");
    const { headers } = c.req.raw;
    const usable = hook?.enabled ? hook : undefined;
    // What stands in for a missing hook is checked as well, and takes as long.
    const authentic = isAuthentic(usable ?? NOBODY, settings().token, {
      headers,
      body,
      now: clock.now(),
    });
    if (usable && usable.auth_mode !== "hmac") digest("sha256", "as long as others", body, "hex");
    if (!usable || !authentic) return this.#refuse(source);
    return await this.#take(usable, headers, body, type === "form");
  }

  #refuse(source: string | undefined): Answer {
    const failures = this.#failures.at(source ?? "");
    const taken = failures.take(MAX_FAILURES, this.#options.clock.now());
    return taken.ok ? error(401, "unauthorized") : limited(taken.retryAfter);
  }

  async #take(hook: Hook, headers: Headers, body: Uint8Array, form: boolean): Promise<Answer> {
    const { events, clock, registry, accepted } = this.#options;
    const text = decode(body);
    const payload = text === undefined ? "invalid_json" : parsePayload(text, form);
    if (typeof payload === "string") return error(400, payload);
    if (hook.preset === "slack" && payload.type === "url_verification") {
      // Slack asks once whether this address is ours, before it sends anything.
      return { status: 200, body: { challenge: asText(payload.challenge) ?? "" } };
    }
    const key = keyOf(hook, headers, payload);
    // Nothing is waited for between the last look and `accept`, so only one of two gets in.
    for (let known; key !== undefined && (known = events.known(key));) {
      const before = await known;
      if (before !== undefined) return duplicate(hook, before);
    }
    if (events.full) return { ...error(503, "busy"), retryAfter: 60 };
    const wait = this.#takeTurn(hook);
    if (wait > 0) return limited(wait);
    let event: OpenEvent;
    try {
      const keyed = key === undefined ? {} : { key };
      event = await events.accept({ hook: hook.id, at: clock.now(), ...keyed, form, body: text! });
    } catch (error_) {
      log.error("An event of webhook {id} could not be kept: {error}", {
        id: hook.id,
        error: error_,
      });
      return { ...error(503, "not_stored"), retryAfter: 30 };
    }
    registry.triggered(hook.id);
    accepted(event);
    return { status: 202, body: { accepted: true, hook_id: hook.id, event_id: event.id } };
  }

  /** @returns Seconds to wait; 0: it was counted. */
  #takeTurn(hook: Hook): number {
    const now = this.#options.clock.now();
    const ofAll = this.#options.settings().rate_limit_per_minute;
    const ofHook = hook.rate_limit_per_minute ?? ofAll;
    const own = this.#perHook.at(hook.id);
    const wait = Math.max(this.#all.wait(ofAll, now), own.wait(ofHook, now));
    if (wait === 0) {
      this.#all.take(ofAll, now);
      own.take(ofHook, now);
    }
    return wait;
  }
}

/** Checked in place of a hook that is not there. */
const NOBODY: Hook = hookSchema.parse({
  id: "nobody",
  title: "",
  mode: "wake",
  prompt_template: "",
  auth_mode: "hmac",
  hmac_header: "content-type",
  hmac_secret: newToken(),
});

function keyOf(hook: Hook, headers: Headers, payload: Payload): string | undefined {
  const id = schemeOf(hook)?.deliveryId(headers, payload);
  return id === undefined || id === "" || id.length > MAX_KEY ? undefined : `${hook.id}:${id}`;
}

/**
 * Who failures are counted for: who is connected; behind a tunnel or proxy on this machine, whom
 * that names last. `undefined`: cannot be told apart.
 */
function sourceOf(c: Ctx): string | undefined {
  const source = c.env?.source;
  if (source !== undefined && !/^(127\.|::1$|::ffff:127\.)/.test(source)) return source;
  const last = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  return last ? `via ${last.slice(0, 64)}` : undefined;
}

function mediaType(value: string | undefined): "json" | "form" | undefined {
  const type = (value ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (type === "application/json" || /^application\/[\w.-]+\+json$/.test(type)) return "json";
  return type === "application/x-www-form-urlencoded" ? "form" : undefined;
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function error(status: number, code: string): Answer {
  return { status, body: { error: code } };
}

function tooLarge(maxBytes: number): Answer {
  return { status: 413, body: { error: "body_too_large", max_bytes: maxBytes } };
}

function limited(retryAfter: number): Answer {
  return { ...error(429, "rate_limited"), retryAfter };
}

function duplicate(hook: Hook, event: string): Answer {
  const body = { accepted: true, duplicate: true, hook_id: hook.id, event_id: event };
  return { status: 200, body };
}
