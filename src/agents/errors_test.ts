import assert from "node:assert/strict";
import type { AgentErrorKind } from "./agent.ts";
import { type ProviderName, PROVIDERS } from "./provider.ts";
import { type Failure, sortExit, sortFailure } from "./errors.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const sort = (provider: ProviderName, text: string, more: Partial<Failure> = {}) =>
  sortFailure({ cli: PROVIDERS[provider], text, ...more }, NOW);

/** What the CLIs really said: from recordings, from probing, from their public issues. */
const SAID: [AgentErrorKind, ProviderName, string, Partial<Failure>?][] = [
  ["auth", "claude", "Invalid API key · Fix external API key", { status: 401 }],
  ["auth", "claude", "Invalid API key · Please run /login"],
  ["auth", "claude", "Not logged in · Please run /login", { code: "authentication_failed" }],
  [
    "auth",
    "claude",
    'API Error: 401 {"type":"error","error":{"type":"authentication_error","message":"OAuth token has expired. Please obtain a new token or refresh your existing token."}} · Please run /login',
  ],
  ["auth", "claude", "Failed to authenticate. API Error: 401", { status: 401 }],
  ["auth", "claude", "OAuth token revoked · Please run /login"],
  ["auth", "codex", "unexpected status 401 Unauthorized: Missing bearer or basic authentication"],
  [
    "auth",
    "codex",
    "Your access token could not be refreshed because your refresh token was already used. Please log out and sign in again.",
  ],
  ["usage_limit", "claude", "Claude AI usage limit reached|1762952400"],
  ["usage_limit", "claude", "You've hit your session limit · resets 8:35am (UTC)", { status: 429 }],
  ["usage_limit", "claude", "You've hit your limit · resets 4pm (Asia/Kuala_Lumpur)"],
  ["usage_limit", "claude", "5-hour limit reached ∙ resets 3pm"],
  ["usage_limit", "claude", "Weekly limit reached ∙ resets Monday 9am"],
  ["usage_limit", "claude", "Weekly limit reached ∙ resets Dec 1"],
  ["usage_limit", "claude", "Credit balance is too low"],
  [
    "refused_conversation",
    "claude",
    "API Error: 400 messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
    { status: 400 },
  ],
  [
    "refused_conversation",
    "claude",
    "API Error: Claude Code is unable to respond to this request, which appears to violate our Usage Policy (https://www.anthropic.com/legal/aup).",
  ],
  [
    "refused_conversation",
    "claude",
    "API Error: Opus 5.5's safeguards flagged this message (https://www.anthropic.com/legal/aup). Try rephrasing the request in a new session or change your model.",
  ],
  [
    "refused_conversation",
    "codex",
    "No tool output found for function call call_8sH2.",
    { status: 400 },
  ],
  ["refused_conversation", "codex", "This request was flagged.", { code: "cyber_policy" }],
  [
    "usage_limit",
    "codex",
    "You've hit your usage limit. Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus), or try again at Jul 5th, 2026 8:19 PM.",
  ],
  ["usage_limit", "codex", "The usage limit has been reached", { code: "usageLimitExceeded" }],
  ["usage_limit", "codex", "Quota exceeded.", { code: "insufficient_quota" }],
  ["rate_limit", "claude", "API Error: 429 This request would exceed your account's rate limit.", {
    status: 429,
  }],
  ["rate_limit", "claude", "API Error: 529 Overloaded", { status: 529 }],
  ["rate_limit", "claude", "", { code: "overloaded" }],
  ["rate_limit", "codex", "exceeded retry limit, last status: 429 Too Many Requests"],
  ["rate_limit", "codex", "Selected model is at capacity. Please try a different model."],
  [
    "refused",
    "claude",
    "There's an issue with the selected model (no-such-model). It may not exist or you may not have access to it. Run --model to pick a different model.",
    { status: 404 },
  ],
  [
    "refused",
    "codex",
    "The 'gpt-9' model is not supported when using Codex with a ChatGPT account.",
  ],
  [
    "refused",
    "claude",
    "--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons",
  ],
  ["refused", "claude", "error: unknown option '--no-such-flag'"],
  ["refused", "codex", "error: unexpected argument '--no-such-flag' found"],
  ["refused", "claude", "Prompt is too long", { status: 400 }],
  ["refused", "codex", "Codex ran out of room in the model's context window."],
  ["refused", "claude", "API Error: 400 mock says no", { status: 400 }],
  [
    "resume_failed",
    "claude",
    "No conversation found with session ID: 00000000-0000-4000-8000-000000000000",
  ],
  [
    "resume_failed",
    "claude",
    "Error: --resume requires a valid session ID or session title when used with --print.",
  ],
  ["resume_failed", "codex", "no rollout found for thread id 0199"],
  ["resume_failed", "codex", "thread not found: 0199"],
  ["other", "claude", "API Error: Connection error."],
  ["other", "codex", "stream disconnected before completion: error sending request for url"],
  ["other", "claude", "API Error: 500 Internal server error", { status: 500 }],
  ["other", "claude", "Something nobody has seen before"],
  ["other", "claude", ""],
];

for (const [kind, provider, text, more] of SAID) {
  Deno.test(`${provider} saying "${text.slice(0, 60)}" is sorted as ${kind}`, () => {
    const sorted = sort(provider, text, more);
    assert.equal(sorted.kind, kind, JSON.stringify(sorted));
    assert.ok(sorted.message.length > 10 && sorted.message.length < 500);
    assert.doesNotMatch(sorted.message, /undefined|\n/);
  });
}

Deno.test("login errors say what to do on which computer", () => {
  assert.match(sort("claude", "Not logged in · Please run /login").message, /`claude`.*`\/login`/);
  assert.match(sort("codex", "401 Unauthorized").message, /`codex login`/);
  assert.match(sort("claude", "Invalid API key · Please run /login").message, /API key/);
});

Deno.test("a usage limit knows its end, best from where the CLI says it exactly", () => {
  const text = "You've hit your session limit · resets 3pm (UTC)";
  assert.equal(sort("claude", text).resetAt?.toISOString(), "2026-11-23T15:00:00.000Z");
  const resetAt = new Date("2026-11-23T15:00:27Z");
  assert.equal(sort("claude", text, { resetAt }).resetAt, resetAt);
  assert.equal("resetAt" in sort("claude", "Credit balance is too low"), false);
});

Deno.test("an unknown model is named", () => {
  assert.match(sort("claude", "issue with the selected model (opsu)").message, /"opsu".*\/model/);
  const url = "unexpected status 404 Not Found: model: gpt-8, url: http://127.0.0.1/v1";
  assert.match(sort("codex", url, { status: 404 }).message, /the model "gpt-8"/);
  assert.match(sort("codex", "The 'gpt-9' model is not supported").message, /"gpt-9"/);
});

Deno.test("K2.1 settings that a CLI cannot read are why it does not start", () => {
  const said = "Configuration error in /home/a/.claude.json: JSON Parse error: Unexpected EOF";
  const { kind, message } = sort("claude", said);
  assert.deepEqual([kind, message], ["crash", `Claude cannot read its own settings: ${said}`]);
});

Deno.test("what nobody knows keeps the CLI's words, in one short line", () => {
  const sorted = sort("claude", "API Error: weird\n\nthings " + "x".repeat(1000));
  assert.match(sorted.message, /^Claude failed: weird things x+…$/);
});

Deno.test("a process that ended is sorted by its stderr, else it is a crash", () => {
  const root = "--dangerously-skip-permissions cannot be used with root/sudo privileges";
  const refused = sortExit(PROVIDERS.claude, { code: 1, signal: null }, `warning\n${root}\n`, NOW);
  assert.equal(refused.kind, "refused");
  assert.match(refused.message, /root.*permission_mode.*IS_SANDBOX/);
  const crash = sortExit(
    PROVIDERS.codex,
    { code: 101, signal: null },
    "thread panicked\nat main\n",
    NOW,
  );
  assert.deepEqual(crash, {
    kind: "crash",
    message: "Codex stopped unexpectedly: exit code 101. It said: thread panicked",
  });
  const killed = sortExit(PROVIDERS.claude, { code: 137, signal: "SIGKILL" }, "", NOW);
  assert.equal(killed.kind, "crash");
  assert.match(killed.message, /memory/);
});
