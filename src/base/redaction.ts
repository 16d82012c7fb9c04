/**
 * Keeps secrets out of logs, errors and chats. One function at the edge where text leaves, so that
 * no caller has to remember it.
 *
 * @module
 */

const REDACTED = "[redacted]";

/** Shorter values are too likely to be an ordinary word; hiding those would garble the text. */
const MIN_SECRET = 8;

/**
 * What looks like a secret wherever it stands. Each pattern wants either a prefix made for that
 * purpose or enough length with a digit, so that prose is left alone. What may repeat without a
 * prefix has an upper bound: a long line must not take long.
 */
const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Bot API URLs: https://api.telegram.org/bot<id>:<secret>/method, also percent-encoded
  [/(\/bot)\d+(?::|%3[Aa])[A-Za-z0-9_-]+/g, `$1${REDACTED}`],
  // A bot token by itself
  [/\d{6,20}(?::|%3[Aa])[A-Za-z0-9_-]{30,}/g, REDACTED],
  // HTTP authentication, as a header and as a bare word before something token-like
  [/(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"',;]{4,}/gi, `$1${REDACTED}`],
  [/\b(bearer\s+)(?=[\w.~+/-]{0,100}\d)[\w.~+/-]{16,}=*/gi, `$1${REDACTED}`],
  // Standard Webhooks secrets
  [/whsec_[A-Za-z0-9+/_-]{8,}=*/g, REDACTED],
  // API keys: OpenAI and Anthropic (sk-…), GitHub, GitLab, Slack, npm, Google, AWS
  [/(?<![A-Za-z0-9])sk-(?=[\w-]{0,100}\d)[\w-]{16,}/g, REDACTED],
  [/\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,})/g, REDACTED],
  [/\bxox[a-z]-[A-Za-z0-9-]{10,}/g, REDACTED],
  [/\bAIza[\w-]{35}/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  // JSON web tokens
  [/(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/g, REDACTED],
  // A password in a URL
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']*:)[^\s/@"']+(?=@)/gi, `$1${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

/**
 * Replaces everything in `text` that is or looks like a secret. `extraSecrets` are values known to
 * be secret (from the config), found also when written inside JSON or a URL; those shorter than 8
 * characters are ignored.
 */
export function redact(text: string, extraSecrets: readonly string[] = []): string {
  for (const secret of spellings(extraSecrets)) text = text.replaceAll(secret, REDACTED);
  for (const [pattern, replacement] of PATTERNS) text = text.replace(pattern, replacement);
  return text;
}

/**
 * Replaces secrets by as many dots, so that the places of formatting in the text stay right. Also
 * the beginning of one at the end of a text that is still being written.
 */
export function mask(text: string, secrets: readonly string[]): string {
  const dots = (found: string) => "•".repeat(found.length);
  for (const secret of spellings(secrets)) {
    text = text.replaceAll(secret, dots);
    for (let length = secret.length - 1; length >= MIN_SECRET; length--) {
      if (!text.endsWith(secret.slice(0, length))) continue;
      text = text.slice(0, -length) + dots(secret.slice(0, length));
      break;
    }
  }
  return text;
}

/** The same for every text in what is about to be sent; what is no plain data stays as it is. */
export function maskAll(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return mask(value, secrets);
  if (Array.isArray(value)) return value.map((one) => maskAll(one, secrets));
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, maskAll(one, secrets)]),
  );
}

/** A {@link redact} that asks for the known secrets each time, because the config may change. */
export function createRedactor(secrets: () => readonly string[]): (text: string) => string {
  return (text) => redact(text, secrets());
}

/** Each secret in the ways it may be written; the longest first, as one may contain another. */
function spellings(secrets: readonly string[]): string[] {
  const all = secrets.filter(({ length }) => length >= MIN_SECRET).flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
  ]);
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}
