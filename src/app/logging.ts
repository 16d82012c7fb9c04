/**
 * Where the log goes: to the terminal, and to `logs/agent.log` in the home folder.
 *
 * @module
 */
import { configure, dispose, type LogLevel, type LogRecord, reset } from "@logtape/logtape";
import { AsyncLocalStorage } from "node:async_hooks";
import { ifDiskTakes } from "../base/disk_trouble.ts";
import type { Home } from "../config/home.ts";
import type { LogLevelName } from "../config/schema.ts";
import { LogFile } from "./log_file.ts";
import { fileLine, jsonLine, terminalLine } from "./log_line.ts";
import { processEnv } from "../base/process_env.ts";

const LEVELS: Record<LogLevelName, LogLevel> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warning",
  ERROR: "error",
  CRITICAL: "fatal",
};

/** A terminal or something like it. */
export interface LogTerminal {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

export interface LoggingOptions {
  home: Home;
  /** `log_level` of the config. */
  level: LogLevelName;
  /** `log_format` of the config, for the file; the terminal always gets text. */
  format?: "text" | "json";
  /** Everything, whatever `level` says. */
  verbose: boolean;
  /** Whether to write to the terminal as well. */
  stderr: boolean;
  /** Takes secrets out of each finished line; see security/redaction.ts. */
  redactor: (text: string) => string;
  terminal?: LogTerminal;
  /** Whether the terminal's user wants colours; default: `NO_COLOR` is not set. */
  colour?: boolean;
}

export interface Logging extends AsyncDisposable {
  /** Another level or form from now on. */
  change(to: Required<Pick<LoggingOptions, "level" | "format">>): Promise<void>;
}

/**
 * Sends all log records to their places until the returned object is disposed. Loggers work from
 * then on wherever they are; before, what they are given is dropped.
 */
export async function setupLogging(options: LoggingOptions): Promise<Logging> {
  const { home, redactor, terminal = Deno.stderr } = options;
  await ifDiskTakes(
    "The log file",
    () => Deno.mkdir(home.logsDir, { recursive: true, mode: 0o700 }),
  );
  const file = new LogFile(home.logFile);
  let line = lineOf(options.format);
  const sinks: Record<string, (record: LogRecord) => void> = {
    file: (record) => file.write(redactor(line(record))),
  };
  if (options.stderr) {
    const colour = terminal.isTerminal() && (options.colour ?? !processEnv.get("NO_COLOR"));
    sinks.terminal = (record) => write(terminal, redactor(terminalLine(record, colour)));
  }
  const names = Object.keys(sinks);
  const contextLocalStorage = new AsyncLocalStorage<Record<string, unknown>>();
  const apply = (level: LogLevelName) =>
    configure({
      reset: true,
      sinks,
      contextLocalStorage,
      loggers: [
        {
          category: "ductor",
          sinks: names,
          lowestLevel: options.verbose ? "debug" : LEVELS[level],
          captureSourceLocation: true,
        },
        // What logtape has to say about itself, such as a sink that fails.
        { category: ["logtape", "meta"], sinks: names, lowestLevel: "warning" },
      ],
    });
  await apply(options.level);
  return {
    async change({ level, format }) {
      line = lineOf(format);
      await apply(level);
    },
    async [Symbol.asyncDispose]() {
      await dispose();
      await reset();
      file[Symbol.dispose]();
    },
  };
}

function lineOf(format: LoggingOptions["format"]): (record: LogRecord) => string {
  return format === "json" ? jsonLine : fileLine;
}

function write(terminal: LogTerminal, line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let written = 0; written < bytes.length;) {
      written += terminal.writeSync(bytes.subarray(written));
    }
  } catch {
    // No terminal any more: the bot goes on without it, and the file has the line.
  }
}
