import assert from "node:assert/strict";
import { parseResetTime } from "./reset_time.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const at = (text: string, zone = "UTC", now = NOW) =>
  parseResetTime(text, now, zone)?.toISOString().replace(":00.000Z", "Z");

Deno.test("reset time: Unix seconds after a bar", () => {
  assert.equal(at("Claude AI usage limit reached|1762952400"), "2025-11-12T13:00Z");
  assert.equal(at("Claude AI usage limit reached|1762952400000"), "2025-11-12T13:00Z");
});

Deno.test("reset time: a clock time with its zone is the next such time", () => {
  assert.equal(
    at("You've hit your session limit · resets 3:20am (Asia/Calcutta)"),
    "2026-11-23T21:50Z",
  );
  assert.equal(
    at("Claude usage limit reached. Your limit will reset at 9am (America/Chicago)."),
    "2026-11-23T15:00Z",
  );
  assert.equal(at("You've hit your limit · resets 2pm (America/Toronto)"), "2026-11-23T19:00Z");
  assert.equal(at("resets 11am (UTC)"), "2026-11-24T11:00Z");
  assert.equal(at("resets 12am (UTC)"), "2026-11-24T00:00Z");
  assert.equal(at("resets 12:30pm (UTC)"), "2026-11-23T12:30Z");
});

Deno.test("reset time: a clock time without a zone is the reader's", () => {
  assert.equal(at("Limits will reset at 9:30 AM.", "Europe/Berlin"), "2026-11-24T08:30Z");
  assert.equal(at("or try again at 3:40 PM.", "Europe/Berlin"), "2026-11-23T14:40Z");
  assert.equal(at("resets 3pm (Nowhere/Land)", "Europe/Berlin"), "2026-11-23T14:00Z");
});

Deno.test("reset time: dates with and without a year", () => {
  assert.equal(at("try again at Jul 5th, 2026 8:19 PM."), "2026-07-05T20:19Z");
  assert.equal(at("Weekly limit reached ∙ resets Nov 26 at 3pm (UTC)"), "2026-11-26T15:00Z");
  assert.equal(at("resets Jan 2, 9am (UTC)"), "2027-01-02T09:00Z");
});

Deno.test("K9.4 reset time: weekdays, tomorrow, and days without a time", () => {
  // NOW is a Monday, noon.
  assert.equal(at("Weekly limit reached ∙ resets Monday 9am"), "2026-11-30T09:00Z");
  assert.equal(at("resets Monday at 3pm", "Europe/Berlin"), "2026-11-23T14:00Z");
  assert.equal(at("resets on Thu, 9:30 AM (America/Chicago)"), "2026-11-26T15:30Z");
  assert.equal(at("resets Sunday"), "2026-11-29T00:00Z");
  assert.equal(at("resets tomorrow at 9am"), "2026-11-24T09:00Z");
  assert.equal(at("You've hit your weekly limit · resets Dec 1"), "2026-12-01T00:00Z");
  assert.equal(at("resets Dec 1", "Europe/Berlin"), "2026-11-30T23:00Z");
  assert.equal(at("resets Dec 1 (Asia/Tokyo)"), "2026-11-30T15:00Z");
  assert.equal(at("resets Dec 1 9am"), "2026-12-01T09:00Z");
  assert.equal(at("resets Dec 1, 2027"), "2027-12-01T00:00Z");
  assert.equal(at("resets on 1 December at 9am"), "2026-12-01T09:00Z");
  assert.equal(at("resets Jan 3"), "2027-01-03T00:00Z");
  assert.equal(at("resets Nov 23"), "2026-11-24T00:00Z");
  assert.equal(at("Your limit resets monthly"), undefined);
});

Deno.test("reset time: durations and fields of a service's answer", () => {
  assert.equal(at("Try again in 3 days 4 hours 9 minutes."), "2026-11-26T16:09Z");
  assert.equal(at("limit resets in 2h 30m"), "2026-11-23T14:30Z");
  assert.equal(
    at('{"type":"usage_limit_reached","resets_at":1772180859}'),
    "2026-02-27T08:27:39.000Z",
  );
  assert.equal(at('{"resets_in_seconds": 3600}'), "2026-11-23T13:00Z");
});

Deno.test("K9.4 reset time: zones by the names people use, and by their distance", () => {
  assert.equal(at("resets 3pm PST", "Europe/Berlin"), "2026-11-23T23:00Z");
  assert.equal(at("resets at 9 AM Pacific Time"), "2026-11-23T17:00Z");
  assert.equal(at("resets 3pm (EST)", "Europe/Berlin"), "2026-11-23T20:00Z");
  assert.equal(at("resets 3:00 PM (GMT+2)"), "2026-11-23T13:00Z");
  assert.equal(at("resets 9am UTC+5:30"), "2026-11-24T03:30Z");
  assert.equal(at("resets 15:00 UTC", "Asia/Tokyo"), "2026-11-23T15:00Z");
  assert.equal(at("resets 9am upgrade now", "Europe/Berlin"), "2026-11-24T08:00Z");
});

Deno.test("K9.4 reset time: more ways to say it", () => {
  assert.equal(at("resets at 2026-11-26 15:00 UTC", "Asia/Tokyo"), "2026-11-26T15:00Z");
  assert.equal(at('"resets_at":"2026-11-26T15:00:00Z"', "Asia/Tokyo"), "2026-11-26T15:00Z");
  assert.equal(at("resets on 2026-11-26"), "2026-11-26T00:00Z");
  assert.equal(at("resets Mon, Nov 30 at 9am (America/New_York)"), "2026-11-30T14:00Z");
  assert.equal(at("resets 1 Dec 2026, 09:00 (Europe/Paris)"), "2026-12-01T08:00Z");
  assert.equal(at("resets next Monday 9am"), "2026-11-30T09:00Z");
  assert.equal(at("resets at midnight (UTC)"), "2026-11-24T00:00Z");
  assert.equal(at("resets tonight at 11pm"), "2026-11-23T23:00Z");
  assert.equal(at("Run it again later or wait until 6pm."), "2026-11-23T18:00Z");
  assert.equal(at("It is available again at 6pm."), "2026-11-23T18:00Z");
  assert.equal(at("try again in about an hour"), "2026-11-23T13:00Z");
  assert.equal(at("resets in 1 week and 3 days"), "2026-12-03T12:00Z");
  assert.equal(at("Retry after 3600 seconds"), "2026-11-23T13:00Z");
  assert.equal(at("retry-after: 120"), "2026-11-23T12:02Z");
});

Deno.test("reset time: a clock change lies between", () => {
  const spring = new Date("2026-03-28T12:00:00Z");
  assert.equal(at("resets 9am (Europe/Berlin)", "UTC", spring), "2026-03-29T07:00Z");
  const autumn = new Date("2026-10-24T12:00:00Z");
  assert.equal(at("resets 9am (Europe/Berlin)", "UTC", autumn), "2026-10-25T08:00Z");
});

Deno.test("reset time: other numbers are none", () => {
  for (
    const text of [
      "You've hit your usage limit.",
      "Please try again later.",
      "try again at 5",
      "resets 27:00",
      "API Error: 429 rate limit of 30,000 tokens per minute",
      "",
    ]
  ) assert.equal(at(text), undefined, text);
});
