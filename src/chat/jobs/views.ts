/** What the panel of `/cron` shows. Pure. */
import type { Button } from "../../conversation/speaker.ts";
import { shortenMiddle } from "../../base/text.ts";
import { bold, code, italic, nameOf, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import type { View } from "../panels/panel.ts";
import type { JobRow, RunRow } from "./rows.ts";
import { texts } from "./texts.ts";

const PER_PAGE = 6;
const EXCERPT = 500;

export function listView(rows: readonly JobRow[], wanted: number, note?: string): View {
  if (rows.length === 0) {
    return {
      parts: [
        bold(texts.none),
        `\n\n${texts.ask}`,
        italic(texts.example),
        ".",
      ],
      buttons: [],
    };
  }
  const page = pageOf(rows, wanted, PER_PAGE);
  const first = page.page * PER_PAGE + 1;
  const parts: Part[] = [bold(texts.title)];
  page.items.forEach((row, index) => parts.push(...lineOf(row, first + index)));
  parts.push("\n\n", italic(texts.summary(rows.length, page)));
  if (note !== undefined) parts.push("\n\n", note);
  return {
    parts,
    buttons: [
      ...page.items.map((row, index) => buttonsOf(row, first + index, page.page)),
      ...pageButtons(page, (to) => `cron:p.${to}`),
      [
        { label: texts.buttons.refresh, action: `cron:p.${page.page}` },
        { label: texts.buttons.allOn, action: `cron:on.${page.page}` },
        { label: texts.buttons.allOff, action: `cron:off.${page.page}` },
      ],
    ],
  };
}

function lineOf(row: JobRow, number: number): Part[] {
  const state = row.running ? "▶️" : row.problem !== undefined ? "⚠️" : row.enabled ? "🟢" : "⚪️";
  const parts: Part[] = [
    `\n\n${number}. ${state} `,
    bold(shortenMiddle(nameOf(row.title), 60)),
    "\n",
    code(shortenMiddle(nameOf(row.schedule), 40)),
  ];
  if (row.next !== undefined) parts.push(texts.next(row.next));
  if (row.last !== undefined) parts.push(`\n${texts.last(shortenMiddle(nameOf(row.last), 60))}`);
  if (row.problem !== undefined) parts.push(`\n${shortenMiddle(nameOf(row.problem), 200)}`);
  return parts;
}

function buttonsOf(row: JobRow, number: number, page: number): Button[] {
  const action = (what: string) => `cron:${what}.${page}.${fingerprintOf(row.id)}`;
  return [
    row.enabled
      ? { label: texts.buttons.disable(number), action: action("d") }
      : { label: texts.buttons.enable(number), action: action("e") },
    { label: texts.buttons.run, action: action("r") },
    { label: texts.buttons.results, action: action("h") },
  ];
}

export function resultsView(job: JobRow, runs: readonly RunRow[], page: number): View {
  const parts: Part[] = [bold(texts.lastRuns(shortenMiddle(nameOf(job.title), 60)))];
  if (runs.length === 0) parts.push(`\n\n${texts.neverRun}`);
  for (const { time, status, text } of runs) {
    parts.push("\n\n", bold(time), ` ${status}`);
    const excerpt = shortenMiddle(text.trim(), EXCERPT);
    if (excerpt !== "") parts.push("\n", { type: "expandable_blockquote", text: excerpt });
  }
  return {
    parts,
    buttons: [[
      { label: texts.buttons.back, action: `cron:p.${page}` },
      { label: texts.buttons.run, action: `cron:r.${page}.${fingerprintOf(job.id)}` },
    ]],
  };
}
