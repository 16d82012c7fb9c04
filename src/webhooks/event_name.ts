/** What senders call what has happened, and whether a hook wants it. */
import { isObject, text as asText } from "../base/shape.ts";
import type { Scheme } from "./presets.ts";

const text = (value: unknown) => asText(value) || undefined;

/** Headers in which senders without a preset, or of one, say what has happened. */
const EVENT_HEADERS = [
  "x-github-event",
  "x-gitlab-event",
  "x-gitea-event",
  "x-event-key",
  "x-shopify-topic",
  "shopify-topic",
  "x-event-type",
  "x-event-name",
  "linear-event",
  "sentry-hook-resource",
  "ce-type",
];

/** Fields of the data in which others say it. */
const EVENT_FIELDS = ["type", "event", "event_type", "eventType", "webhookEvent", "event_name"];

/** What the sender calls what has happened: by its preset, a header, or a field of the data. */
export function eventOf(
  scheme: Scheme | undefined,
  headers: Headers,
  payload: Record<string, unknown>,
): string | undefined {
  const own = scheme?.event?.(headers, payload);
  const header = EVENT_HEADERS.map((name) => headers.get(name)).find((value) => value);
  const name = own ?? header ?? EVENT_FIELDS.map((field) => text(payload[field])).find(Boolean) ??
    // PagerDuty; Grafana and Alertmanager.
    (isObject(payload.event) ? text(payload.event.event_type) : undefined) ??
    (Array.isArray(payload.alerts) ? text(payload.status) : undefined);
  // It gets into a prompt: a name, not a text.
  return name === undefined ? undefined : /^[\w ./:@-]{1,100}$/.exec(name.trim())?.[0];
}

/**
 * Whether a hook that wants only some events wants this one: `issues`, `issues.opened`; in GitLab's
 * words `Merge Request Hook`, `merge_request` and `merge_request.open`.
 */
export function isWanted(
  wanted: readonly string[],
  event: string | undefined,
  payload: Record<string, unknown>,
): boolean {
  if (wanted.length === 0) return true;
  if (event === undefined) return false;
  const { action, object_kind: kind, object_attributes: of } = payload;
  const names = [event, `${event}.${asText(action) ?? ""}`];
  if (typeof kind === "string") {
    names.push(kind, `${kind}.${isObject(of) ? asText(of.action) ?? "" : ""}`);
  }
  return wanted.some((name) => names.includes(name));
}
