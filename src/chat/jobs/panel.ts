/**
 * `/cron`: the jobs, a page at a time. Every button names its job by a fingerprint, so that a panel
 * from before the list changed never switches another one.
 */
import { KeyedQueue } from "../../base/async/locks.ts";
import type { JobRegistry } from "../../jobs/registry.ts";
import type { RunStore } from "../../jobs/run_records.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";
import { shortenMiddle } from "../../base/text.ts";
import { nameOf } from "../../telegram/text.ts";
import type { Command } from "../commands/command.ts";
import { panelOf } from "../presses.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";
import type { Button } from "../../conversation/speaker.ts";
import { rowOf, runRowOf } from "./rows.ts";
import { texts } from "./texts.ts";
import { listView, resultsView } from "./views.ts";

const RESULTS = 5;

export interface JobsPanelNeeds extends PanelContext {
  scheduler: Pick<Scheduler, "view" | "reload" | "runNow">;
  registry: Pick<JobRegistry, "get" | "setEnabled" | "setAllEnabled">;
  runs: Pick<RunStore, "list">;
  /** IANA zone of the user, in which times are shown. */
  timeZone(): string;
}

export function cronCommand(panel: Pick<Panel, "open">): Command {
  return {
    name: "cron",
    description: texts.description,
    group: "Automation",
    when: "now",
    run: ({ address }) => panel.open(address),
  };
}

/** Buttons: `cron:p.PAGE`, `cron:on.PAGE`, `cron:off.PAGE`, `cron:WHAT.PAGE.JOB`. */
export function jobsPanel(needs: JobsPanelNeeds): Panel {
  const order = new KeyedQueue();
  return {
    verb: "cron",
    open: async (address) => await openPanel(needs, address, listView(await rowsOf(needs), 0)),
    press: (press) =>
      order.run(
        panelOf(press),
        async () => await turnPanel(needs, press, await pressed(press.argument, needs)),
      ),
  };
}

/** Under the news that a job fails again and again. */
export function failingButtons(job: string): Button[][] {
  const print = fingerprintOf(job);
  return [[
    { label: texts.show, action: `cron:h.0.${print}` },
    { label: texts.pause, action: `cron:d.0.${print}` },
  ]];
}

async function rowsOf({ scheduler, timeZone }: JobsPanelNeeds) {
  return (await scheduler.view()).map((view) => rowOf(view, timeZone()));
}

async function pressed(argument: string, needs: JobsPanelNeeds): Promise<View> {
  const { scheduler, registry, runs, timeZone } = needs;
  const [what = "", number = "", print = ""] = argument.split(".");
  const page = Number(number) || 0;
  const show = async (note?: string) => listView(await rowsOf(needs), page, note);
  if (what === "p") return await show();
  if (what === "on" || what === "off") {
    const count = await registry.setAllEnabled(what === "on");
    await scheduler.reload();
    return await show(
      count === 0 ? texts.nothingToChange : texts.switchedAll(count, what === "on"),
    );
  }
  const job = (await rowsOf(needs)).find(({ id }) => fingerprintOf(id) === print);
  if (!job) return await show(texts.listChanged);
  const name = shortenMiddle(nameOf(job.title), 40);
  try {
    switch (what) {
      case "e":
      case "d":
        await registry.setEnabled(job.id, what === "e");
        await scheduler.reload();
        return await show(texts.switched(name, what === "e"));
      case "r":
        if (job.running) return await show(texts.running(name));
        await scheduler.runNow(job.id);
        return await show(texts.started(name));
      case "h": {
        const { task_folder } = await registry.get(job.id);
        const records = await runs.list(task_folder, RESULTS);
        return resultsView(job, records.map((record) => runRowOf(record, timeZone())), page);
      }
    }
  } catch (error) {
    // A job that cannot run is no fault of the panel: its own words say what to do.
    return await show(error instanceof Error ? error.message : String(error));
  }
  return await show(texts.tooOld);
}
