/**
 * What the webhook server answers. A sender that is not known to be good learns nothing: whether a
 * hook exists, is switched off or has another secret, the answer is the same.
 *
 * | status | body | when |
 * |---|---|---|
 * | 202 | `{"accepted":true,"hook_id","event_id"}` | the event is on disk and will be handled |
 * | 200 | `{"accepted":true,"duplicate":true,…}` | it was accepted before |
 * | 200 | `{"accepted":false,"ignored":…}`, `{"pong":true}` | the hook wants no such event; a probe |
 * | 400 | `invalid_json`, `body_must_be_object` | signed well, but not readable |
 * | 401 | `unauthorized` | no such hook, switched off, or not signed well |
 * | 404, 405 | `not_found`, `method_not_allowed` | another address or method |
 * | 408, 413, 415 | `too_slow`, `body_too_large`, `unsupported_encoding` | |
 * | 429 | `rate_limited`, with `Retry-After` | too many failures from one source |
 * | 503 | `busy`, `not_stored`, with `Retry-After` | nothing was accepted; send it again |
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import { isOfThisMachine } from "../base/addresses.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { telegramJson, type TelegramState } from "../telegram/liveness.ts";
import { isAuthentic, schemeOf } from "./auth.ts";
import { readBody, textOf, unpack } from "./body.ts";
import { digest, newToken } from "./crypto.ts";
import { eventOf, isWanted } from "./event_name.ts";
import type { Events, OpenEvent } from "./events.ts";
import { type Hook, hookSchema } from "./hook.ts";
import { parsePayload, type Payload } from "./payload.ts";
import { KeyedRateLimit } from "./rate_limit.ts";
import type { Registry } from "./registry.ts";
import { Sources } from "./sources.ts";

const log = getLogger(["ductor", "webhooks"]);

/** A body that takes longer is not from a sender anybody means. */
export const BODY_TIMEOUT_MS = 10_000;

/** Failures a minute from one source, after which it is not listened to for a while. */
export const MAX_FAILURES = 30;

/** Longest delivery id that is remembered. */
const MAX_KEY = 200;

/** Longest value of a header that reaches the agent. */
const MAX_HEADER = 1000;

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
  /** Told of every request to a hook that became no event, by what was answered. */
  turnedAway?(reason: string): void;
  /** In Prometheus' text format; `undefined`: nobody wants them. */
  metrics?(): string | undefined;
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
  // Senders and people write one slash too many, or letters as `%68`; it is the same address.
  const getPath = (request: Request) =>
    plainPath(new URL(request.url).pathname).replaceAll(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
  const app = new Hono<{ Bindings: Peer }>({ getPath });
  app.get("/health", (c) => {
    const telegram = telegramJson(options.telegram());
    return c.json({ status: telegram.failing_since ? "degraded" : "ok", telegram });
  });
  app.all("/health", (c) => refuseMethod(c, "GET"));
  app.get("/metrics", (c) => {
    const text = asksForItself(c) ? options.metrics?.() : undefined;
    if (text === undefined) return c.json({ error: "not_found" }, 404);
    return c.body(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  // The server may be there for the metrics alone.
  app.use("/hooks/*", async (c, next) => {
    if (!options.settings().enabled) return c.json({ error: "not_found" }, 404);
    await next();
  });
  app.post("/hooks/:id", async (c) => {
    const answer = await door.receive(c);
    const { status, body, retryAfter } = answer;
    if (status !== 202) turnedAway(c.req.param("id"), answer, options);
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

/** A request that became no event leaves a line and is counted. */
function turnedAway(id: string, { status, body }: Answer, options: WebhookAppOptions): void {
  const reason = body.error ?? (body.duplicate ? "duplicate" : body.ignored ? "ignored" : "probe");
  log.info("Webhook {id}: no event, {status} {reason}", { id: id.slice(0, 64), status, reason });
  options.turnedAway?.(String(reason));
}

function plainPath(path: string): string {
  return path.replaceAll(/%(?:2d|5f|[46][1-9a-f]|[57][0-9a]|3[0-9])/gi, decodeURIComponent);
}

function refuseMethod(c: Ctx, allowed: string) {
  c.header("Allow", allowed);
  return c.json({ error: "method_not_allowed" }, 405);
}

class Door {
  readonly #options: WebhookAppOptions;
  readonly #failures = new KeyedRateLimit();
  readonly #sources = new Sources();

  constructor(options: WebhookAppOptions) {
    this.#options = options;
  }

  async receive(c: Ctx): Promise<Answer> {
    const { registry, clock, settings } = this.#options;
    const forwarded = c.req.header("x-forwarded-for");
    const source = this.#sources.of(c.env?.source, forwarded, settings().trusted_proxies);
    // Behind a tunnel everybody may look the same; then only what fails is turned away, below.
    const blocked = source === undefined
      ? 0
      : this.#failures.wait(source, MAX_FAILURES, clock.elapsed());
    if (blocked > 0) return limited(blocked);
    const maxBytes = settings().max_body_bytes;
    if (Number(c.req.header("content-length") ?? 0) > maxBytes) return tooLarge(maxBytes);
    const sent = await readBody(c.req.raw, { maxBytes, timeoutMs: BODY_TIMEOUT_MS, clock });
    if (sent === "too_large") return tooLarge(maxBytes);
    if (sent === "too_slow") return error(408, "too_slow");
    if (sent === "broken") return error(400, "body_incomplete");
    const body = await unpack(sent, c.req.header("content-encoding") ?? "", maxBytes);
    if (body === "too_large") return tooLarge(maxBytes);
    if (body === "unknown") return error(415, "unsupported_encoding");
    if (body === "broken") return error(400, "body_incomplete");

    const hook = await registry.find(c.req.param("id") ?? "");
    const { headers } = c.req.raw;
    const usable = hook?.enabled ? hook : undefined;
    // What stands in for a missing hook is checked as well, and takes as long. What is signed is what
    // was packed; some sign what they send.
    const authentic = [...new Set([body, sent])].map((body) =>
      isAuthentic(usable ?? NOBODY, settings().token, { headers, body, now: clock.now() })
    ).includes(true);
    if (usable && usable.auth_mode !== "hmac") digest("sha256", "as long as others", body, "hex");
    if (!usable || !authentic) return this.#refuse(source);
    return await this.#take(usable, headers, body);
  }

  #refuse(source: string | undefined): Answer {
    const failures = this.#failures.at(source ?? "");
    const taken = failures.take(MAX_FAILURES, this.#options.clock.elapsed());
    return taken.ok ? error(401, "unauthorized") : limited(taken.retryAfter);
  }

  async #take(hook: Hook, headers: Headers, body: Uint8Array): Promise<Answer> {
    const { events, clock, registry, accepted } = this.#options;
    const type = headers.get("content-type");
    // Who sends nothing says all there is to say by calling.
    const text = body.length === 0 ? "{}" : textOf(body, type);
    const form = isForm(type);
    const payload = text === undefined ? "invalid_json" : parsePayload(text, form);
    if (typeof payload === "string") return error(400, payload);
    const scheme = schemeOf(hook);
    const probe = scheme?.probe?.(headers, payload);
    if (probe) return { status: 200, body: { ...probe } };
    const name = eventOf(scheme, headers, payload);
    if (!isWanted(hook.events ?? [], name, payload)) {
      return { status: 200, body: { accepted: false, ignored: name ?? "unnamed" } };
    }
    const key = keyOf(hook, headers, payload);
    // Nothing is waited for between the last look and `accept`, so only one of two gets in.
    for (let known; key !== undefined && (known = events.known(key));) {
      const before = await known;
      if (before !== undefined) return duplicate(hook, before);
    }
    if (events.full) return { ...error(503, "busy"), retryAfter: 60 };
    let event: OpenEvent;
    try {
      event = await events.accept({
        hook: hook.id,
        at: clock.now(),
        ...key !== undefined && { key },
        form,
        ...name !== undefined && { event: name },
        ...hook.headers?.length && { headers: chosen(hook.headers, headers) },
        body: text!,
      });
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
}

/** The headers a hook asks for, as far as they came. */
function chosen(names: readonly string[], headers: Headers): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = /^[\w-]+$/.test(name) ? headers.get(name) : null;
    return value === null ? [] : [[name, value.slice(0, MAX_HEADER)]];
  }));
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

/** Everything else is taken for JSON, whatever the sender calls it. */
function isForm(type: string | null): boolean {
  return /^\s*application\/x-www-form-urlencoded\b/i.test(type ?? "");
}

/** Whether a program on this machine asks for itself, and not a tunnel for somebody else. */
function asksForItself(c: Ctx): boolean {
  const forwarded = Object.keys(c.req.header()).some((name) =>
    /^(x-forwarded-|forwarded$|x-real-ip$|cf-|via$)/.test(name)
  );
  return isOfThisMachine(c.env?.source ?? "") && !forwarded;
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
