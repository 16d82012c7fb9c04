/**
 * `/cron`: the jobs, a page at a time. Every button names its job by a fingerprint, so that a panel
 * from before the list changed never switches another one.
 */
import { counted, shortenMiddle } from "../../base/text.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import type { Button } from "../../conversation/speaker.ts";
import { type Action, panelOf, type Press } from "../presses.ts";
import type { Command } from "../commands/command.ts";
import { bold, code, italic, nameOf, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import { openPanel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";

/** A job as it is shown; times are texts on the user's clock. */
export interface CronRow {
  id: string;
  title: string;
  schedule: string;
  enabled: boolean;
  running: boolean;
  next?: string;
  last?: string;
  /** Why it cannot run, or why it was switched off. */
  problem?: string;
}

export interface CronRun {
  time: string;
  status: string;
  text: string;
}

/** What the panel works on; implemented by the app. */
export interface CronDesk {
  rows(): Promise<readonly CronRow[]>;
  /** The newest first. */
  runs(id: string, count: number): Promise<readonly CronRun[]>;
  setEnabled(id: string, enabled: boolean): Promise<void>;
  /** Returns how many changed. */
  setAll(enabled: boolean): Promise<number>;
  run(id: string): Promise<void>;
}

const PER_PAGE = 6;
const RESULTS = 5;
const EXCERPT = 500;

export interface CronPanel {
  command: Command;
  actions: Record<string, Action>;
}

export function cronPanel(desk: CronDesk, context: PanelContext): CronPanel {
  const order = new KeyedQueue();
  return {
    command: {
      description: "Scheduled jobs",
      group: "Automation",
      when: "now",
      async run({ address }) {
        await openPanel(context, address, listView(await desk.rows(), 0));
      },
    },
    actions: {
      cron: (press: Press) =>
        order.run(
          panelOf(press),
          async () => turnPanel(context, press, await pressed(press.argument, desk)),
        ),
    },
  };
}

async function pressed(argument: string, desk: CronDesk): Promise<View> {
  const [what = "", number = "", print = ""] = argument.split(".");
  const page = Number(number) || 0;
  const show = async (note?: string) => listView(await desk.rows(), page, note);
  if (what === "p") return await show();
  if (what === "on" || what === "off") {
    const count = await desk.setAll(what === "on");
    const jobs = counted(count, "job");
    return await show(count === 0 ? "Nothing to change." : `${jobs} switched ${what}.`);
  }
  const job = (await desk.rows()).find(({ id }) => fingerprintOf(id) === print);
  if (!job) return await show("The list has changed; nothing was done.");
  const name = shortenMiddle(nameOf(job.title), 40);
  try {
    switch (what) {
      case "e":
      case "d":
        await desk.setEnabled(job.id, what === "e");
        return await show(`${name} is switched ${what === "e" ? "on" : "off"}.`);
      case "r":
        if (job.running) return await show(`${name} runs already.`);
        await desk.run(job.id);
        return await show(`${name} runs now; its result comes as a message.`);
      case "h":
        return resultsView(job, await desk.runs(job.id, RESULTS), page);
    }
  } catch (error) {
    return await show(error instanceof Error ? error.message : String(error));
  }
  return await show("That button is too old.");
}

function listView(rows: readonly CronRow[], wanted: number, note?: string): View {
  if (rows.length === 0) {
    return {
      parts: [
        bold("No jobs yet"),
        "\n\nAsk the agent for one, such as ",
        italic("“every weekday at 7:30, tell me what is in my calendar”"),
        ".",
      ],
      buttons: [],
    };
  }
  const page = pageOf(rows, wanted, PER_PAGE);
  const first = page.page * PER_PAGE + 1;
  const parts: Part[] = [bold("Jobs")];
  page.items.forEach((row, index) => parts.push(...lineOf(row, first + index)));
  const where = page.pages > 1 ? `Page ${page.page + 1} of ${page.pages}, ` : "";
  parts.push("\n\n", italic(`${where}${counted(rows.length, "job")}`));
  if (note !== undefined) parts.push("\n\n", note);
  return {
    parts,
    buttons: [
      ...page.items.map((row, index) => buttonsOf(row, first + index, page.page)),
      ...pageButtons(page, (to) => `cron:p.${to}`),
      [
        { label: "Refresh", action: `cron:p.${page.page}` },
        { label: "All on", action: `cron:on.${page.page}` },
        { label: "All off", action: `cron:off.${page.page}` },
      ],
    ],
  };
}

function lineOf(row: CronRow, number: number): Part[] {
  const state = row.running ? "▶️" : row.problem !== undefined ? "⚠️" : row.enabled ? "🟢" : "⚪️";
  const parts: Part[] = [
    `\n\n${number}. ${state} `,
    bold(shortenMiddle(nameOf(row.title), 60)),
    "\n",
    code(shortenMiddle(nameOf(row.schedule), 40)),
  ];
  if (row.next !== undefined) parts.push(`, next ${row.next}`);
  if (row.last !== undefined) parts.push(`\nlast: ${shortenMiddle(nameOf(row.last), 60)}`);
  if (row.problem !== undefined) parts.push(`\n${shortenMiddle(nameOf(row.problem), 200)}`);
  return parts;
}

function buttonsOf(row: CronRow, number: number, page: number): Button[] {
  const action = (what: string) => `cron:${what}.${page}.${fingerprintOf(row.id)}`;
  return [
    row.enabled
      ? { label: `${number}. Disable`, action: action("d") }
      : { label: `${number}. Enable`, action: action("e") },
    { label: "Run now", action: action("r") },
    { label: "Results", action: action("h") },
  ];
}

function resultsView(job: CronRow, runs: readonly CronRun[], page: number): View {
  const parts: Part[] = [bold(`Last runs of ${shortenMiddle(nameOf(job.title), 60)}`)];
  if (runs.length === 0) parts.push("\n\nIt has not run yet.");
  for (const { time, status, text } of runs) {
    parts.push("\n\n", bold(time), ` ${status}`);
    const excerpt = shortenMiddle(text.trim(), EXCERPT);
    if (excerpt !== "") parts.push("\n", { type: "expandable_blockquote", text: excerpt });
  }
  return {
    parts,
    buttons: [[
      { label: "◀ Jobs", action: `cron:p.${page}` },
      { label: "Run now", action: `cron:r.${page}.${fingerprintOf(job.id)}` },
    ]],
  };
}
