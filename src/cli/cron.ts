/** `ductor cron`: the tree of its commands; what they do is in cron_commands.ts. */
import type { AddOptions, EditOptions } from "./cron_commands.ts";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";

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
    .description("jobs that the agent does by itself at set times")
    .addHelpText("after", EXAMPLES);
  const commands = () => import("./cron_commands.ts");

  withJobOptions(cron.command("add"))
    .description("make a job: a folder in cron_tasks/ and its time")
    .option("--disabled", "do not run it yet")
    .addHelpText("after", ADD_HELP)
    .action(async (options) => done(await (await commands()).add(options as AddOptions)));

  withJobOptions(cron.command("edit").argument("<job>", "its name (see: ductor cron list)"))
    .description("change a job; only what is given changes")
    .option("--clear-quiet-hours", "no quiet hours of its own")
    .option("--clear-dependency", "no longer wait for others")
    .option("--clear-precheck", "always ask the model")
    .addOption(new Option("--enable", "switch it on").conflicts("disable"))
    .addOption(new Option("--disable", "switch it off").conflicts("enable"))
    .addHelpText("after", EDIT_HELP)
    .action(async (job, options) =>
      done(await (await commands()).edit(job as string, options as EditOptions))
    );

  cron.command("list")
    .description("all jobs with their next time and how the last run went")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await commands()).list(options)));

  cron.command("remove")
    .description("remove a job; its folder is kept in the trash for 30 days")
    .argument("<job>", "its name")
    .option("--json", "answer in JSON")
    .action(async (job, options) => done(await (await commands()).remove(job, options)));

  for (const [name, on] of [["enable", true], ["disable", false]] as const) {
    cron.command(name)
      .description(on ? "switch a job on" : "switch a job off, without removing it")
      .argument("<job>", "its name")
      .option("--json", "answer in JSON")
      .action(async (job, options) => done(await (await commands()).enable(job, on, options)));
  }

  cron.command("run")
    .description("run a job now: by the running bot, else here")
    .argument("<job>", "its name")
    .option("--wait", "wait for the result, also when the bot runs it")
    .option("--json", "answer in JSON")
    .action(async (job, options) => {
      const { runJob } = await import("./cron_run.ts");
      done(await runJob(job, options));
    });

  cron.command("history")
    .description("the last runs of a job: when, how they ended, what they cost and said")
    .argument("<job>", "its name")
    .option("--count <n>", "how many (at most 50)", whole, 10)
    .option("--json", "answer in JSON")
    .action(async (job, options) => done(await (await commands()).history(job, options)));

  cron.command("time")
    .description("what time it is, for the user and elsewhere")
    .addArgument(new Argument("[zones...]", "IANA zones, such as Asia/Tokyo"))
    .option("--zone <zone>", "one zone")
    .option("--zones <list>", "several, with commas")
    .option("--json", "answer in JSON")
    .action(async (zones, options) => done(await (await commands()).time(zones, options)));
}

// deno-lint-ignore no-explicit-any -- as above
function withJobOptions<C extends Command<any, any, any>>(command: C): C {
  command
    .option("--title <text>", "what it is called")
    .option("--name <name>", "short name: its id and folder (default: made from the title)")
    .option("--description <text>", "what it is for, in a sentence or two")
    .addOption(
      new Option("--schedule <expression>", "cron: minute hour day month weekday")
        .conflicts(["in", "at"]),
    )
    .addOption(new Option("--in <span>", "once, in: 30m, 2h, 1h30m, 3d").conflicts(["at"]))
    .option("--at <time>", 'once, at: 18:00, "2026-12-24 18:00"')
    .option("--instruction <text>", "what the agent is told (default: do TASK_DESCRIPTION.md)")
    .option("--timezone <zone>", "IANA zone of the schedule (default: the user's)")
    .option("--provider <name>", "claude or codex")
    .option("--model <name>", "model for this job")
    .option("--reasoning-effort <effort>", "low, medium, high, …")
    .option("--cli-parameters <json>", "further arguments of the CLI, as a JSON list of texts")
    .option("--quiet-start <hour>", "do not run from this hour (0-23)", whole)
    .option("--quiet-end <hour>", "… until this hour (0-23)", whole)
    .option("--dependency <key>", "jobs and hooks with the same key run one after the other")
    .addOption(
      new Option("--on-missed <policy>", "when its time passed while nothing could run")
        .choices(["skip", "run_once"]),
    )
    .option("--missed-window <minutes>", "how late run_once may be", whole)
    .addOption(
      new Option("--overlap <policy>", "when it is due while it still runs")
        .choices(["skip", "queue_one"]),
    )
    .option("--failures-to-pause <n>", "switch it off after so many failures in a row", whole)
    .option("--silent", "say nothing when there is nothing to say (failures are always said)")
    .option("--no-silent", "always say how it went")
    .option("--precheck <command>", "shell command before it; prints nothing: no model is asked")
    .option(
      "--chat <id>",
      "send results to this chat (default: the conversation that makes it)",
      id,
    )
    .option("--thread <id>", "… and this topic of it", id)
    .option("--everyone", "send results to every allowed user")
    .option("--json", "answer in JSON");
  return command;
}

const ADD_HELP = `
A job runs alone in its folder, with no memory of this conversation: write what it has to do into
TASK_DESCRIPTION.md of the folder, or give --instruction when a sentence is enough.

Examples:
  ductor cron add --title "Backup check" --schedule "0 6 * * *" --silent --failures-to-pause 3 \\
    --description "Looks whether last night's backup is there"
  ductor cron add --title "New mail" --schedule "*/15 8-20 * * *" --precheck "scripts/new_mail.sh"
  ductor cron add --in 1m --title "Stretch" --instruction "Remind the user to get up and stretch."`;

const EDIT_HELP = `
Examples:
  ductor cron edit backup-check --schedule "0 5 * * *" --timezone Europe/Berlin
  ductor cron edit backup-check --name night-backup --title "Night backup"
  ductor cron edit backup-check --disable`;

function whole(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a whole number.");
}

function id(value: string): number {
  if (/^-?\d{1,16}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected the number of a chat or topic.");
}
