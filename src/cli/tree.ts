/** The command tree. Each command lives in a file of its own, loaded when it is called. */
import { Argument, Command, CommanderError, type CommandUnknownOpts, Option } from "commander";
import { allTitles, PROVIDER_NAMES } from "../agents/provider.ts";
import { VERSION } from "../base/about.ts";
import { addBot, addService } from "./bot/command.ts";
import { addBackup } from "./backup/command.ts";
import { addConfig } from "./config/command.ts";
import { addEnv } from "./env/command.ts";
import { addFile } from "./file/command.ts";
import { addMemory } from "./memory/command.ts";
import { narrowTo } from "./needs.ts";
import { print } from "./output.ts";
import { addHooks } from "./terminal/command.ts";
import { addSend } from "./send/command.ts";
import { addSessions } from "./sessions/command.ts";
import { addOnboarding } from "./setup/command.ts";

const VERSION_FLAGS = ["-V", "--version"];

/** Runs a command line; returns the exit code: 0 well, 1 failed, 2 wrong usage. */
export async function run(args: string[]): Promise<number> {
  // Speaks another program's flags, so commander must not read them.
  if (args[0] === "demo-agent") {
    await narrowTo("demo-agent");
    const { demoAgentMain } = await import("../demo/agent/main.ts");
    return await demoAgentMain(args.slice(1));
  }
  // Asked by a shell at each press of Tab, about the very line that is being typed.
  if (args[0] === "complete") {
    await narrowTo("complete");
    const { complete } = await import("./completions/completions.ts");
    print(await complete(await build(() => {}), args.slice(1)));
    return 0;
  }
  // Before the tables of fields are loaded, which the rest of the tree is made from.
  if (args.length === 1 && VERSION_FLAGS.includes(args[0]!)) {
    print(VERSION);
    return 0;
  }
  let code = 0;
  const line = withCommand(args);
  // What only keeps a bot running holds on to no more than it needs.
  const lean = line[0] === "start";
  const program = await build((result) => code = result, { lean });
  program.hook("preAction", (_, command) => narrowTo(pathOf(command)));
  try {
    await program.parseAsync(line, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/**
 * The command tree.
 *
 * @param done Is given the exit code of the command that ran.
 * @param options.lean Leaves out the commands that are made from tables of fields, and so the tables.
 */
export async function build(done: (code: number) => void, { lean = false } = {}) {
  const program = new Command("ductor")
    .description(`${allTitles()} on your phone, through Telegram.`)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print help for a command")
    .showHelpAfterError("(ductor --help lists the commands)")
    .exitOverride()
    .option("-v, --verbose", "log in detail");

  addBot(program, done, VERSION);
  addOnboarding(program, done);

  program.command("doctor")
    .description("check everything that can be wrong; the exit code is the number of problems")
    .option("--json", "one JSON object")
    .action(async ({ json = false }) => {
      const { doctor } = await import("./doctor/doctor.ts");
      done(await doctor({ json }));
    });

  addBackup(program, done);

  program.command("uninstall")
    .description("remove ductor from this machine")
    .option("--keep-memory", "keep a copy of the memory beside the home folder")
    .option("--keep-home", "keep the home folder as it is")
    .option("--keep-program", "keep the program itself")
    .option("-y, --yes", "do not ask")
    .action(async ({ keepMemory = false, keepHome = false, keepProgram = false, yes = false }) => {
      const { uninstall } = await import("./uninstall.ts");
      done(await uninstall({ keepMemory, keepHome, keepProgram, yes }));
    });

  program.command("completions")
    .description(
      'print completions for a shell; for its startup file: eval "$(ductor completions bash)"',
    )
    .addArgument(
      new Argument("<shell>").choices(["bash", "zsh", "fish", "powershell"] as const),
    )
    .addHelpText("after", COMPLETIONS_HELP)
    .action(async (shell) => {
      const { completions } = await import("./completions/completions.ts");
      completions(shell);
      done(0);
    });

  addService(program, done);
  if (!lean) (await import("./cron/command.ts")).addCron(program, done);
  addFile(program, done);
  addSend(program, done);
  addSessions(program, done);
  addMemory(program, done);
  addConfig(program, done);
  addEnv(program, done);
  addHooks(program, done);

  program.command("upgrade")
    .description("replace this program with the newest release")
    .option("--check", "only say whether there is one")
    .option("--undo", "go back to the program before this one; again: forward")
    .action(async ({ check = false, undo = false }) => {
      const { leftToBot } = await import("./bot/agent.ts");
      const line = undo ? ["upgrade", "--undo"] : ["upgrade"];
      if (!check && await leftToBot(...line)) return done(0);
      const { upgrade } = await import("./upgrade.ts");
      done(await upgrade({ check, undo }));
    });

  if (!lean) (await import("./webhook/command.ts")).addWebhook(program, done);

  program.command("cleanup")
    .description("remove old files, records and logs now; this also happens daily")
    .option("--dry-run", "only show what would be removed")
    .option("--json", "one JSON object")
    .action(async (options) => {
      const { cleanup } = await import("./cleanup.ts");
      done(await cleanup(options));
    });

  program.command("demo")
    .description("try ductor in the browser, with nothing configured")
    .option("--say <text>", "say this, print the conversation, and exit")
    .addOption(
      new Option(
        "--agent <agent>",
        "who answers (default: a CLI that is logged in, else the demo agent)",
      )
        .choices(["demo", ...PROVIDER_NAMES] as const),
    )
    .option("--port <port>", "port of the page", (value) => port(value))
    .option("--home <folder>", "keep the demo's home here instead of in a temporary folder")
    .option("--no-open", "do not open the browser")
    .action(async (options) => {
      const { demo } = await import("./demo/demo.ts");
      done(await demo({ ...options, verbose: program.opts().verbose ?? false }));
    });
  return program;
}

/** The names of a command and of the group it is in. */
function pathOf(command: CommandUnknownOpts): string {
  const group = command.parent;
  return group?.parent ? `${pathOf(group)} ${command.name()}` : command.name();
}

const COMPLETIONS_HELP = `
What stands in the start file of the shell:
  bash, ~/.bashrc                  eval "$(ductor completions bash)"
  zsh, ~/.zshrc                    eval "$(ductor completions zsh)"
  fish, ~/.config/fish/config.fish ductor completions fish | source
  PowerShell, $PROFILE             ductor completions powershell | Out-String | Invoke-Expression`;

/** Options alone mean `start`. (Commander's default command would take a mistyped one for its own.) */
function withCommand(args: string[]): string[] {
  const asks = ["-h", "--help", ...VERSION_FLAGS];
  return args.every((arg) => arg.startsWith("-") && !asks.includes(arg))
    ? ["start", ...args]
    : args;
}

function port(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new CommanderError(
    2,
    "ductor.port",
    `error: --port takes a number up to 65535, not ${value}`,
  );
}
