import assert from "node:assert/strict";
import type { CronEntry } from "./cron_state.ts";
import { type JobEntry, readEntries } from "./job.ts";
import { noteNext, Plan } from "./next_runs.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 23, 12);

type Known = Readonly<Record<string, CronEntry>>;

const raw = (id: string, schedule: string, more: Record<string, unknown> = {}) => ({
  ...{ id, title: id, schedule, task_folder: id, agent_instruction: "x" },
  ...more,
});

const entriesOf = (...entries: Record<string, unknown>[]): JobEntry[] => readEntries(entries);

function planOf(entries: JobEntry[], { known = {} as Known, now = NOON, first = true } = {}) {
  const plan = new Plan();
  return { plan, change: plan.change(entries, "UTC", { known, now, first }) };
}

Deno.test("next runs: what is due is handed out once, the earliest first", () => {
  const { plan } = planOf(entriesOf(raw("b", "10 12 * * *"), raw("a", "5 12 * * *")));
  assert.equal(plan.first, NOON + 5 * MINUTE);
  assert.deepEqual(plan.takeDue(NOON + 4 * MINUTE), []);
  assert.deepEqual(plan.takeDue(NOON + HOUR).map(({ id }) => id), ["a", "b"]);
  assert.deepEqual([plan.takeDue(NOON + HOUR), plan.first], [[], undefined]);
});

Deno.test("next runs: an edit of other fields leaves the time alone, one of the time moves it", () => {
  const { plan } = planOf(entriesOf(raw("a", "5 12 * * *")));
  const titled = entriesOf(raw("a", "5 12 * * *", { title: "New" }));
  const later = { known: {}, now: NOON + MINUTE, first: false };
  const first = plan.change(titled, "UTC", later);
  assert.deepEqual([first.changed, first.fresh.map(({ title }) => title)], [[], ["New"]]);
  const moved = plan.change(entriesOf(raw("a", "30 12 * * *")), "UTC", later);
  assert.deepEqual(moved.changed.map(({ plan }) => plan.next), [NOON + 30 * MINUTE]);
  assert.deepEqual(plan.takeDue(NOON + 10 * MINUTE), []);
});

Deno.test("next runs: what is switched off, removed or in another zone is planned anew", () => {
  const entries = entriesOf(raw("a", "5 12 * * *"), raw("b", "6 12 * * *"));
  const { plan } = planOf(entries);
  const again = { known: {}, now: NOON, first: false };
  plan.change(entriesOf(raw("a", "5 12 * * *", { enabled: false })), "UTC", again);
  assert.equal(plan.first, undefined);
  plan.change(entries, "Asia/Tokyo", again);
  // 12:05 in Tokyo has passed: it is 21:00 there.
  assert.equal(plan.first, NOON + 15 * HOUR + 5 * MINUTE);
  assert.ok(plan.isOf(entries, "Asia/Tokyo"));
  assert.ok(!plan.isOf(entries, "UTC"));
});

Deno.test("next runs: what cannot be planned says why and harms no other", () => {
  const { plan, change } = planOf(
    entriesOf(
      raw("bad", "61 * * * *"),
      raw("zone", "5 12 * * *", { timezone: "Mars/Base" }),
      raw("a", "5 12 * * *"),
      { id: "broken" },
    ),
  );
  assert.deepEqual(change.broken.map(({ entry }) => entry.id), ["bad", "zone", "broken"]);
  for (const { problem } of change.broken) assert.ok(problem.length > 10, problem);
  assert.equal(plan.first, NOON + 5 * MINUTE);
});

Deno.test("next runs: at the first look after a start a noted time that has passed was missed", () => {
  const entries = entriesOf(raw("a", "5 12 * * *"));
  const { plan: before } = planOf(entries);
  const noted: CronEntry = {};
  noteNext(noted, before.at("a")!);
  const now = NOON + 2 * HOUR;
  const due = NOON + 5 * MINUTE;
  assert.equal(planOf(entries, { known: { a: noted }, now }).plan.first, due);
  // Edited while ductor did not run: the time that was noted means nothing any more.
  const edited = entriesOf(raw("a", "6 12 * * *"));
  assert.equal(planOf(edited, { known: { a: noted }, now }).plan.first, due + MINUTE + 24 * HOUR);
  // Not the first look: what has passed was seen.
  assert.equal(
    planOf(entries, { known: { a: noted }, now, first: false }).plan.first,
    due + 24 * HOUR,
  );
});

Deno.test("next runs: a one-time job runs once, also when it was due this very moment", () => {
  const at = new Date(NOON).toISOString();
  const entries = entriesOf(raw("once", "0 12 23 11 *", { at }));
  const { plan } = planOf(entries, { now: NOON + 30_000 });
  assert.equal(plan.first, NOON);
  const over: CronEntry = {};
  noteNext(over, { ...plan.at("once")!, next: undefined });
  assert.equal(over.next, undefined);
  assert.equal(
    planOf(entries, { known: { once: over }, now: NOON + 30_000 }).plan.first,
    undefined,
  );
});

Deno.test("next runs: a time that was noted while the clock was ahead is not believed", () => {
  const entries = entriesOf(
    raw("a", "5 12 * * *"),
    raw("once", "", { at: "2027-03-01T08:00:00Z" }),
  );
  const { plan: before } = planOf(entries, { now: Date.UTC(2030, 0) });
  const noted: CronEntry = {};
  noteNext(noted, before.at("a")!);
  const { plan } = planOf(entries, { known: { a: noted } });
  assert.equal(plan.at("a")!.next, NOON + 5 * MINUTE);

  before.setBack(NOON);
  assert.equal(before.at("a")!.next, NOON + 5 * MINUTE);
});

Deno.test("next runs: a clock that is set back an hour repeats no run", () => {
  const { plan } = planOf(entriesOf(raw("a", "5 12 * * *"), raw("b", "*/10 * * * *")));
  const at = NOON + 6 * MINUTE;
  for (const due of plan.takeDue(at)) {
    due.plan.next = due.plan.schedule.after(at);
    plan.push(due);
  }
  plan.setBack(at - HOUR);
  assert.equal(plan.at("a")!.next, NOON + 24 * HOUR + 5 * MINUTE);
  assert.equal(plan.at("b")!.next, NOON - 50 * MINUTE);
});
