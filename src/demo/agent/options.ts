/**
 * The command line of the demo agent: the flags of `claude` that ductor uses. Others are ignored, as
 * the demo agent has to stand whatever a user puts into `cli_parameters`.
 */

export interface DemoOptions {
  model?: string;
  resume?: string;
  /** Goes on with a copy of it. */
  fork?: boolean;
  sessionId?: string;
  effort?: string;
  permissionMode: string;
  /** Whether permission questions go to stdin and stdout (`--permission-prompt-tool stdio`). */
  asks: boolean;
  /** `--append-system-prompt`: the user's memory. */
  instructions: string;
  maxTurns?: number;
  maxBudgetUsd?: number;
  /** Whether the text is shown as it is written (`--include-partial-messages`). */
  partial: boolean;
  /** Whether messages come back as their turn begins (`--replay-user-messages`). */
  replay: boolean;
  /** False with `--no-session-persistence`: the session is not kept. */
  persist: boolean;
}

/** Said about a command line that `claude` refuses too; the exit code is then 1. */
export class OptionError extends Error {
  override name = "OptionError";
}

const MODES = ["acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "manual", "plan"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the flags. Throws {@link OptionError} with the sentence that `claude` says. */
export async function readOptions(args: readonly string[]): Promise<DemoOptions> {
  const options: DemoOptions = {
    permissionMode: "default",
    asks: false,
    instructions: "",
    partial: false,
    replay: false,
    persist: true,
  };
  const rest = args.flatMap((arg) => /^--[a-z-]+=/.test(arg) ? split(arg) : [arg]);
  while (rest.length > 0) {
    const flag = rest.shift()!;
    const value = () => rest.shift() ?? "";
    if (flag === "--model") options.model = value();
    else if (flag === "--resume" || flag === "-r") options.resume = value();
    else if (flag === "--fork-session") options.fork = true;
    else if (flag === "--session-id") options.sessionId = value();
    else if (flag === "--effort") options.effort = value();
    else if (flag === "--permission-mode") options.permissionMode = value();
    else if (flag === "--dangerously-skip-permissions") {
      options.permissionMode = "bypassPermissions";
    } else if (flag === "--permission-prompt-tool") options.asks = value() === "stdio";
    else if (flag === "--append-system-prompt") options.instructions += value();
    else if (flag === "--append-system-prompt-file") options.instructions += await read(value());
    else if (flag === "--max-turns") options.maxTurns = Number(value());
    else if (flag === "--max-budget-usd") options.maxBudgetUsd = Number(value());
    else if (flag === "--include-partial-messages") options.partial = true;
    else if (flag === "--replay-user-messages") options.replay = true;
    else if (flag === "--no-session-persistence") options.persist = false;
  }
  if (!MODES.includes(options.permissionMode)) {
    throw new OptionError(
      `error: option '--permission-mode <mode>' argument '${options.permissionMode}' is invalid. ` +
        `Allowed choices are ${MODES.join(", ")}.`,
    );
  }
  if (options.sessionId !== undefined && !UUID.test(options.sessionId)) {
    throw new OptionError("Error: Invalid session ID. Must be a valid UUID.");
  }
  return options;
}

function split(arg: string): [string, string] {
  const at = arg.indexOf("=");
  return [arg.slice(0, at), arg.slice(at + 1)];
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new OptionError(
      `Error: Append system prompt file not found: ${path} (${
        error instanceof Error ? error.name : error
      })`,
    );
  }
}
