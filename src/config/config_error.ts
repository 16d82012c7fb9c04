/** The config cannot be used. The message is for the user: what is wrong, where, what to do. */
export class ConfigError extends Error {
  override name = "ConfigError";

  constructor(
    /** The file. */
    readonly path: string,
    message: string,
    /** Where it stops being JSON; both start at 1. */
    readonly position?: { line: number; column: number },
  ) {
    super(message);
  }
}
