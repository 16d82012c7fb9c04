/** `ductor cron`: the tree of its commands; what each does is in its own file. */
import { Argument, type Command } from "commander";
import { JOB_FIELDS } from "../../jobs/job_fields.ts";
import { READERS, withFields } from "../field_options.ts";
import type { JobOptions } from "./job_options.ts";

type Done = (code: number) => void;

const EXAMPLES = `
Examples:
  ductor cron add --title "Daily brief" --schedule "30 7 * * 1-5" --description "News at breakfast"
  ductor cron add --in 10m --title "Tea" --instruction "Remind the user that the tea is ready."
  ductor cron add --at "2026-12-24 18:00" --title "Presents" --instruction "Wish a merry Christmas."
  ductor cron list
  ductor cron edit daily-brief --schedule "0 8 * * *" --model haiku
  ductor cron run daily-brief
  ductor cron history daily-brief
  ductor cron remove daily-brief`;

/** Adds `cron` to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addCron(program: Command<[], any, any>, done: Done): void {
  const cron = program.command("cron")
    .description("jobs that the agent does automatically at set times")
    .addHelpText("after", EXAMPLES);

  withFields(cron.command("add"), JOB_FIELDS, "add", "answer in JSON")
    .description("create a job: a folder in cron_tasks/ and its schedule")
    .addHelpText("after", ADD_HELP)
    .action(async (options) => {
      const { add } = await import("./add.ts");
      done(await add(options as JobOptions));
    });

  withFields(
    cron.command("edit").argument("<job>", "its name (see: ductor cron list)"),
    JOB_FIELDS,
    "edit",
    "answer in JSON",
  )
    .description("change a job; only what is given changes")
    .addHelpText("after", EDIT_HELP)
    .action(async (job, options) => {
      const { edit } = await import("./edit.ts");
      done(await edit(job, options as JobOptions));
    });

  cron.command("list")
    .description("all jobs with their next time and how the last run went")
    .option("--json", "answer in JSON")
    .action(async (options) => {
      const { list } = await import("./list.ts");
      done(await list(options));
    });

  cron.command("remove")
    .description("remove a job; its folder is kept in the trash for 30 days")
    .argument("<job>", "its name")
    .option("--json", "answer in JSON")
    .action(async (job, options) => {
      const { remove } = await import("./remove.ts");
      done(await remove(job, options));
    });

  for (const [name, on] of [["enable", true], ["disable", false]] as const) {
    cron.command(name)
      .description(on ? "switch a job on" : "switch a job off, without removing it")
      .argument("<job>", "its name")
      .option("--json", "answer in JSON")
      .action(async (job, options) => {
        const { enable } = await import("./enable.ts");
        done(await enable(job, on, options));
      });
  }

  cron.command("run")
    .description("run a job now, in the running bot or else here")
    .argument("<job>", "its name")
    .option("--wait", "wait for the result, even when the bot runs it")
    .option("--json", "answer in JSON")
    .action(async (job, options) => {
      const { runJob } = await import("./run.ts");
      done(await runJob(job, options));
    });

  cron.command("history")
    .description("the last runs of a job: when, how they ended, what they cost and said")
    .argument("<job>", "its name")
    .option("--count <n>", "how many (at most 50)", READERS.whole, 10)
    .option("--json", "answer in JSON")
    .action(async (job, options) => {
      const { history } = await import("./history.ts");
      done(await history(job, options));
    });

  cron.command("time")
    .description("what time it is, for the user and elsewhere")
    .addArgument(new Argument("[zones...]", "IANA zones, such as Asia/Tokyo"))
    .option("--zone <zone>", "one zone")
    .option("--zones <list>", "several, with commas")
    .option("--json", "answer in JSON")
    .action(async (zones, options) => {
      const { time } = await import("./time.ts");
      done(await time(zones, options));
    });
}

const ADD_HELP = `
A job runs in its own folder, with no memory of this conversation: write what it has to do into
TASK_DESCRIPTION.md there, or use --instruction when a sentence is enough.

Examples:
  ductor cron add --title "Backup check" --schedule "0 6 * * *" --silent --failures-to-pause 3 \\
    --description "Checks whether last night's backup exists"
  ductor cron add --title "New mail" --schedule "*/15 8-20 * * *" --precheck "scripts/new_mail.sh"
  ductor cron add --in 1m --title "Stretch" --instruction "Remind the user to get up and stretch."`;

const EDIT_HELP = `
Examples:
  ductor cron edit backup-check --schedule "0 5 * * *" --timezone Europe/Berlin
  ductor cron edit backup-check --name night-backup --title "Night backup"
  ductor cron edit backup-check --disable`;
