import { configure, type LogRecord, reset } from "@logtape/logtape";

/** What is logged while it is open; one at a time. */
export class LogLines implements AsyncDisposable {
  readonly lines: string[] = [];

  private constructor() {}

  static async capture(): Promise<LogLines> {
    const log = new LogLines();
    await configure({
      reset: true,
      sinks: {
        kept: ({ level, message }: LogRecord) => log.lines.push(`${level}: ${message.join("")}`),
      },
      loggers: [
        { category: "ductor", sinks: ["kept"], lowestLevel: "debug" },
        { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
      ],
    });
    return log;
  }

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await reset();
  }
}
