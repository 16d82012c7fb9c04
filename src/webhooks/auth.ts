/** Whether a delivery comes from whom the hook trusts. */
import { Buffer } from "node:buffer";
import { type Algorithm, digest, isRecent, join, unixSeconds } from "./crypto.ts";
import type { Hook } from "./hook.ts";
import { anyMatches, type Delivery, matches, PRESETS, type Scheme } from "./presets.ts";
import { firstGroup } from "./regex.ts";

/** How this hook's sender proves who it is; `undefined`: the file names a preset nobody knows. */
export function schemeOf(hook: Hook): Scheme | undefined {
  if (hook.preset !== undefined) {
    return Object.hasOwn(PRESETS, hook.preset) ? PRESETS[hook.preset] : undefined;
  }
  return hook.auth_mode === "hmac" ? hmac(hook) : BEARER;
}

/** The secrets that count now: the current one, and for a while the one before. */
export function secretsOf(hook: Hook, globalToken: string, now: number): string[] {
  const secrets = [secretOf(hook) || (isBearer(hook) ? globalToken : "")];
  if (hook.previous_secret && now < Date.parse(hook.previous_until ?? "")) {
    secrets.push(hook.previous_secret);
  }
  return secrets.filter((secret) => secret !== "");
}

/** All that stands in its entry and must not be shown, whether it counts or not. */
export function secretsInFile(hook: Hook): string[] {
  return [hook.token, hook.hmac_secret, hook.previous_secret ?? ""]
    .filter((secret) => secret !== "");
}

/** The hook's own secret, whatever it is called in the file; empty: none. */
export function secretOf(hook: Hook): string {
  return hook[secretField(hook)];
}

export function secretField(hook: Pick<Hook, "auth_mode">): "token" | "hmac_secret" {
  return hook.auth_mode === "hmac" ? "hmac_secret" : "token";
}

function isBearer(hook: Hook): boolean {
  return hook.preset === undefined && hook.auth_mode !== "hmac";
}

/** Never throws: what cannot be checked is not accepted. */
export function isAuthentic(hook: Hook, globalToken: string, delivery: Delivery): boolean {
  const secrets = secretsOf(hook, globalToken, delivery.now);
  return schemeOf(hook)?.verify(delivery, secrets) ?? false;
}

/** Headers that hold the token alone, where a sender (Telegram's Bot API, say) offers nothing else. */
const TOKEN_HEADERS = ["x-telegram-bot-api-secret-token", "x-webhook-token", "x-api-key"];

const BEARER: Scheme = {
  verify({ headers }, secrets) {
    // Compared also when the scheme is wrong, so that it takes as long.
    const given = bearerOf(headers.get("authorization") ?? "") ??
      TOKEN_HEADERS.map((name) => headers.get(name)).find((value) => value) ?? "";
    return matches(secrets, given, (secret) => secret) && given !== "";
  },
  sign: (_, secret) => ({ authorization: `Bearer ${secret}` }),
  deliveryId: commonId,
};

/** The token; of senders that know only name and password (Twilio, Grafana), the password. */
function bearerOf(authorization: string): string | undefined {
  const [, scheme = "", value = ""] = /^(bearer|basic) (.*)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value || undefined;
  return /^[^:]*:(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8"))?.[1];
}

/** The free form: a header with an HMAC in it, as the hook's `hmac_` fields describe it. */
function hmac(hook: Hook): Scheme {
  const { hmac_header: name, hmac_sig_prefix: prefix, hmac_sig_regex, hmac_payload_prefix_regex } =
    hook;
  const algorithm: Algorithm = hook.hmac_algorithm === "sha1" || hook.hmac_algorithm === "sha512"
    ? hook.hmac_algorithm
    : "sha256";
  const encoding = hook.hmac_encoding === "base64" ? "base64" : "hex";
  const signed = (before: string | undefined, body: Uint8Array) =>
    before === undefined ? body : join(`${before}.`, body);
  return {
    verify({ headers, body, now }, secrets) {
      const value = isHeaderName(name) ? headers.get(name) ?? "" : "";
      if (value === "") return false;
      const before = hmac_payload_prefix_regex === ""
        ? undefined
        : firstGroup(hmac_payload_prefix_regex, value);
      // Ten digits that are signed along are a time; one long ago is a recording.
      if (before !== undefined && /^\d{10}$/.test(before) && !isRecent(before, now)) return false;
      const bytes = signed(before, body);
      return anyMatches(
        secrets,
        signaturesIn(value, hook).map((given) => encoding === "hex" ? given.toLowerCase() : given),
        (secret) => digest(algorithm, secret, bytes, encoding),
      );
    },
    sign(body, secret, now) {
      if (hmac_sig_regex === "" || hmac_payload_prefix_regex === "") {
        return { [name]: prefix + digest(algorithm, secret, body, encoding) };
      }
      const time = unixSeconds(now);
      const signature = digest(algorithm, secret, signed(time, body), encoding);
      return { [name]: `t=${time},v1=${signature}` };
    },
    deliveryId: commonId,
  };
}

/** A sender that changes its secret sends a signature for each: `v1=…,v1=…`. */
function signaturesIn(value: string, { hmac_sig_regex, hmac_sig_prefix: prefix }: Hook): string[] {
  const parts = [...new Set([value, ...value.split(/[\s,;]+/)])];
  return parts.flatMap((part) => {
    if (hmac_sig_regex !== "") return firstGroup(hmac_sig_regex, part) ?? [];
    return part.startsWith(prefix)
      ? part.slice(prefix.length)
      : part.replace(/^(?:hmac-)?(?:sha\d+|v\d+)=/i, "");
  });
}

/** In which senders say which delivery it is, the same when they repeat it. */
const DELIVERY_HEADERS = [
  "idempotency-key",
  "webhook-id",
  "svix-id",
  "x-github-delivery",
  "x-gitea-delivery",
  "linear-delivery",
  "x-request-uuid", // Bitbucket
  "x-atlassian-webhook-identifier", // Jira
];

function commonId(headers: Headers): string | undefined {
  return DELIVERY_HEADERS.map((name) => headers.get(name)).find((value) => value) ?? undefined;
}

/** `Headers.get` throws for other names. */
function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}
