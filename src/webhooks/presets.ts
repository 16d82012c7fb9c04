/**
 * How well-known senders prove who they are. Each rule is the one the sender publishes:
 *
 * - github: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 * - stripe: https://docs.stripe.com/webhooks#verify-manually
 * - standard: https://www.standardwebhooks.com (Svix, Clerk, Resend, Supabase and others)
 * - slack: https://docs.slack.dev/authentication/verifying-requests-from-slack
 * - svix (a form of standard): https://docs.svix.com/receiving/verifying-payloads/how-manual
 * - shopify: https://shopify.dev/docs/apps/build/webhooks/subscribe/https and, for its events,
 *   https://shopify.dev/docs/apps/build/events/verify-deliveries
 * - gitlab: https://docs.gitlab.com/user/project/integrations/webhooks/ (secret token, signing token)
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { isObject, text as asText } from "../base/shape.ts";
import { bytesOf, digest, equal, isRecent, join, unixSeconds } from "./crypto.ts";
import type { PresetName } from "./hook_fields.ts";

export interface Delivery {
  headers: Headers;
  /** Exactly as it was received; what is signed is bytes, not JSON. */
  body: Uint8Array;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Scheme {
  /** Whether the delivery was signed with one of the secrets. Never throws. */
  verify(delivery: Delivery, secrets: readonly string[]): boolean;
  /** The headers a sender would send; for `ductor webhook test`. */
  sign(body: Uint8Array, secret: string, now: number): Record<string, string>;
  /** What the sender calls this delivery; the same for a repeated one. */
  deliveryId(headers: Headers, payload: Record<string, unknown>): string | undefined;
  /** What the sender calls what has happened. Default: see `eventOf`. */
  event?(headers: Headers, payload: Record<string, unknown>): string | undefined;
  /** What is answered to a delivery that only asks whether somebody is there. */
  probe?(headers: Headers, payload: Record<string, unknown>): object | undefined;
}

export interface Preset extends Scheme {
  title: string;
  /** Where the secret comes from: we make it up and the user gives it to the sender, or reverse. */
  secret: "ours" | "theirs";
  /** What the user has to do at the sender's; `{url}` is the hook's address. */
  setup: string;
  /** A new secret in the form the sender expects. */
  newSecret?(): string;
  /** The fields that make the Python program check the same, as far as it can. */
  fields: Record<string, string>;
}

const text = (value: unknown) => asText(value) || undefined;

const BY_NAME: Readonly<Record<PresetName, Preset>> = {
  github: {
    title: "GitHub",
    secret: "ours",
    setup:
      "In the repository: Settings → Webhooks → Add webhook. Payload URL {url}, content type " +
      "application/json, and the secret shown here.",
    fields: { auth_mode: "hmac", hmac_header: "X-Hub-Signature-256" },
    verify({ headers, body }, secrets) {
      // The older header is all that old GitHub servers send. Bitbucket and Jira use it with SHA-256.
      const value = headers.get("x-hub-signature-256") ?? headers.get("x-hub-signature") ?? "";
      const [, algorithm, given] = /^(sha256|sha1)=([0-9a-f]{40,64})$/i.exec(value) ?? [];
      if (algorithm === undefined) return false;
      const name = algorithm.toLowerCase() as "sha256" | "sha1";
      return matches(secrets, given!.toLowerCase(), (secret) => digest(name, secret, body, "hex"));
    },
    sign: (body, secret, now) => ({
      "x-hub-signature-256": `sha256=${digest("sha256", secret, body, "hex")}`,
      "x-github-event": "test",
      "x-github-delivery": `test-${now}`,
    }),
    deliveryId: (headers) => headers.get("x-github-delivery") ?? undefined,
    probe: (headers) => headers.get("x-github-event") === "ping" ? { pong: true } : undefined,
  },

  stripe: {
    title: "Stripe",
    secret: "theirs",
    setup:
      "In the Stripe dashboard: Developers → Webhooks → Add endpoint, URL {url}. Stripe shows " +
      "a signing secret (whsec_…).",
    fields: {
      auth_mode: "hmac",
      hmac_header: "Stripe-Signature",
      hmac_sig_prefix: "",
      hmac_sig_regex: "v1=([0-9a-f]{64})",
      hmac_payload_prefix_regex: "t=(\\d{1,12})",
    },
    verify({ headers, body, now }, secrets) {
      const parts = (headers.get("stripe-signature") ?? "").slice(0, 2000).split(",")
        .map((part) => part.trim().split("=", 2) as [string, string?]);
      const time = parts.find(([name]) => name === "t")?.[1] ?? "";
      const given = parts.flatMap(([name, value]) => name === "v1" && value ? [value] : []);
      if (!isRecent(time, now)) return false;
      const signed = join(`${time}.`, body);
      return anyMatches(secrets, given, (secret) => digest("sha256", secret, signed, "hex"));
    },
    sign(body, secret, now) {
      const time = unixSeconds(now);
      const signature = digest("sha256", secret, join(`${time}.`, body), "hex");
      return { "stripe-signature": `t=${time},v1=${signature}` };
    },
    deliveryId: (_, payload) => text(payload.id),
  },

  standard: {
    title: "Standard Webhooks",
    secret: "ours",
    setup: "Give the sender the URL {url} and the secret; or, when it shows its own secret " +
      "(whsec_…), put that in.",
    newSecret: () => `whsec_${bytesOf(32).toString("base64")}`,
    // The Python program knows no scheme with the id in the signed text.
    fields: { auth_mode: "hmac", hmac_header: "webhook-signature", hmac_encoding: "base64" },
    verify: (delivery, secrets) =>
      standard(delivery, secrets, "webhook-") || standard(delivery, secrets, "svix-"),
    sign(body, secret, now) {
      const id = `msg_test_${now}`;
      const time = unixSeconds(now);
      const signed = join(`${id}.${time}.`, body);
      return {
        "webhook-id": id,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${digest("sha256", standardKey(secret), signed, "base64")}`,
      };
    },
    deliveryId: (headers) => headers.get("webhook-id") ?? headers.get("svix-id") ?? undefined,
  },

  slack: {
    title: "Slack",
    secret: "theirs",
    setup:
      "The app's page at api.slack.com shows the signing secret (Basic Information); put that " +
      "in first, then enter {url} under Event Subscriptions.",
    fields: { auth_mode: "hmac", hmac_header: "X-Slack-Signature", hmac_sig_prefix: "v0=" },
    verify({ headers, body, now }, secrets) {
      const time = headers.get("x-slack-request-timestamp") ?? "";
      const given = /^v0=([0-9a-f]{64})$/.exec(headers.get("x-slack-signature") ?? "")?.[1];
      if (given === undefined || !isRecent(time, now)) return false;
      const signed = join(`v0:${time}:`, body);
      return matches(secrets, given, (secret) => digest("sha256", secret, signed, "hex"));
    },
    sign(body, secret, now) {
      const time = unixSeconds(now);
      return {
        "x-slack-request-timestamp": time,
        "x-slack-signature": `v0=${digest("sha256", secret, join(`v0:${time}:`, body), "hex")}`,
      };
    },
    deliveryId: (_, payload) => text(payload.event_id) ?? text(payload.trigger_id),
    event: (_, payload) =>
      (isObject(payload.event) ? asText(payload.event.type) : undefined) ?? asText(payload.type),
    // Slack asks once whether this address is ours, before it sends anything.
    probe: (_, payload) =>
      payload.type === "url_verification"
        ? { challenge: asText(payload.challenge) ?? "" }
        : undefined,
  },

  shopify: {
    title: "Shopify",
    secret: "theirs",
    setup: "In Shopify: Settings → Notifications → Webhooks, URL {url}, format JSON. The secret " +
      "stands at the bottom of that page (for apps: the client secret).",
    fields: {
      auth_mode: "hmac",
      hmac_header: "X-Shopify-Hmac-Sha256",
      hmac_encoding: "base64",
      hmac_sig_prefix: "",
    },
    verify({ headers, body }, secrets) {
      const given = headers.get("x-shopify-hmac-sha256") ?? headers.get("shopify-hmac-sha256") ??
        "";
      return given !== "" &&
        matches(secrets, given, (secret) => digest("sha256", secret, body, "base64"));
    },
    sign: (body, secret, now) => ({
      "x-shopify-hmac-sha256": digest("sha256", secret, body, "base64"),
      "x-shopify-topic": "test",
      "x-shopify-webhook-id": `test-${now}`,
    }),
    deliveryId: (headers) =>
      headers.get("x-shopify-webhook-id") ?? headers.get("shopify-webhook-id") ??
        headers.get("x-shopify-event-id") ?? headers.get("shopify-event-id") ?? undefined,
  },

  gitlab: {
    title: "GitLab",
    secret: "ours",
    setup: "In the project: Settings → Webhooks, URL {url}, and the secret shown here as secret " +
      "token.",
    fields: { auth_mode: "bearer" },
    verify(delivery, secrets) {
      const given = delivery.headers.get("x-gitlab-token") ?? "";
      return given !== "" && matches(secrets, given, (secret) => secret) ||
        standard(delivery, secrets, "webhook-");
    },
    sign: (_, secret, now) => ({
      "x-gitlab-token": secret,
      "x-gitlab-event": "Test Hook",
      "idempotency-key": `test-${now}`,
    }),
    deliveryId: (headers) =>
      headers.get("idempotency-key") ?? headers.get("webhook-id") ??
        headers.get("x-gitlab-event-uuid") ?? undefined,
  },
};

/** By name; a file may name one that is not there. */
export const PRESETS: Readonly<Record<string, Preset>> = BY_NAME;

/** The signature of Standard Webhooks, whose headers begin with `prefix`. */
function standard(
  { headers, body, now }: Delivery,
  secrets: readonly string[],
  prefix: string,
): boolean {
  const id = headers.get(`${prefix}id`) ?? "";
  const time = headers.get(`${prefix}timestamp`) ?? "";
  if (id === "" || !isRecent(time, now)) return false;
  const given = (headers.get(`${prefix}signature`) ?? "").slice(0, 2000).split(" ")
    .flatMap((part) => part.startsWith("v1,") ? [part.slice(3)] : []);
  const signed = join(`${id}.${time}.`, body);
  return anyMatches(
    secrets,
    given,
    (secret) => digest("sha256", standardKey(secret), signed, "base64"),
  );
}

/** Compares with every secret, also after one fitted: the time says nothing about which. */
export function matches(
  secrets: readonly string[],
  given: string,
  expected: (secret: string) => string,
): boolean {
  let found = false;
  for (const secret of secrets) {
    if (secret !== "" && equal(given, expected(secret))) found = true;
  }
  return found;
}

/** A sender that changes its secret sends a signature for each. */
export function anyMatches(
  secrets: readonly string[],
  given: readonly string[],
  expected: (secret: string) => string,
): boolean {
  const wanted = secrets.filter((secret) => secret !== "").map(expected);
  let found = false;
  for (const signature of given.slice(0, 10)) {
    for (const value of wanted) if (equal(signature, value)) found = true;
  }
  return found;
}

/** The secret is base64 behind `whsec_`; what is not base64 counts as it stands. */
function standardKey(secret: string): Uint8Array | string {
  const bare = secret.replace(/^whsec_/, "");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(bare) ? new Uint8Array(Buffer.from(bare, "base64")) : bare;
}
