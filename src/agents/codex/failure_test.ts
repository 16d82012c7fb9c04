import { strict as assert } from "node:assert";
import type { AgentErrorKind } from "../agent.ts";
import { failureOf, needsLogin } from "./failure.ts";

const NOW = new Date("2026-11-23T05:00:00Z");

function sorted(message: string, codexErrorInfo: unknown = "other", more?: string) {
  const error = { message, codexErrorInfo, additionalDetails: more ?? null };
  return failureOf(error, {}, NOW);
}

Deno.test("what codex reports is sorted into the kinds a user is told apart", () => {
  const cases: [AgentErrorKind, string, unknown][] = [
    ["auth", "unexpected status 401 Unauthorized: no", {
      httpConnectionFailed: { httpStatusCode: 401 },
    }],
    ["auth", "Your access token could not be refreshed.", "unauthorized"],
    ["usage_limit", "You’ve hit your usage limit.", "usageLimitExceeded"],
    [
      "rate_limit",
      "exceeded retry limit, last status: 429 Too Many Requests",
      { responseTooManyFailedAttempts: { httpStatusCode: 429 } },
    ],
    ["rate_limit", "Selected model is at capacity.", "serverOverloaded"],
    ["refused", "The model `x` does not exist", "modelNotFound"],
    ["refused", '{"error":{"message":"says no","type":"invalid_request_error"}}', "other"],
    ["refused", '{"detail":"The \'x\' model is not supported with this account."}', "other"],
    ["refused", "too long", "contextWindowExceeded"],
    ["refused_conversation", "this was flagged", "cyberPolicy"],
    ["other", "stream disconnected before completion", { responseStreamDisconnected: {} }],
    ["refused", "unexpected status 404 Not Found: model: x, url: http://y", undefined],
    ["other", "something new", { brandNew: {} }],
  ];
  for (const [kind, message, info] of cases) {
    assert.equal(sorted(message, info).kind, kind, message);
  }
});

Deno.test("the service's own words are taken out of the JSON they come in", () => {
  const failure = sorted('{"error":{"message":"says no","type":"invalid_request_error"}}');
  assert.match(failure.message, /says no/);
  assert.doesNotMatch(failure.message, /[{}]/);
  assert.equal(failure.detail, "says no");
});

Deno.test("details codex adds are kept", () => {
  assert.equal(
    sorted("Reconnecting", "other", "the cable is out").detail,
    "Reconnecting\nthe cable is out",
  );
});

Deno.test("a usage limit ends when all windows that are used up are open again", () => {
  const at = (seconds: number) => NOW.getTime() / 1000 + seconds;
  const reset = (limits: Record<string, unknown>, message = "You’ve hit your usage limit.") =>
    failureOf({ message, codexErrorInfo: "usageLimitExceeded" }, limits, NOW).resetAt?.getTime();
  const full = (seconds: number) => ({ usedPercent: 100, resetsAt: at(seconds) });
  assert.equal(reset({ primary: full(60), secondary: full(9000) }), at(9000) * 1000);
  assert.equal(
    reset({ primary: full(60), secondary: { usedPercent: 20, resetsAt: at(9000) } }),
    at(60) * 1000,
  );
  assert.equal(reset({ primary: full(-60), secondary: null }), undefined, "that one is over");
  assert.equal(
    reset({}, "You’ve hit your usage limit. Try again in 2 hours."),
    NOW.getTime() + 7_200_000,
  );
});

Deno.test("only a refused login makes further tries pointless", () => {
  assert.equal(needsLogin({ message: "", codexErrorInfo: "unauthorized" }), true);
  assert.equal(needsLogin({ codexErrorInfo: { x: { httpStatusCode: 401 } } }), true);
  assert.equal(
    needsLogin({
      message: "Reconnecting",
      additionalDetails: "unexpected status 401 Unauthorized",
    }),
    true,
  );
  assert.equal(
    needsLogin({ message: "busy", codexErrorInfo: { x: { httpStatusCode: 503 } } }),
    false,
  );
});
