/** Why nothing can be done with a file. `more.hint` says what to do instead. */
export class FileError extends Error {
  override name = "FileError";
  constructor(message: string, readonly more: { hint?: string; details?: string[] } = {}) {
    super(message);
  }
}
