/**
 * Starting `.cmd` and `.bat` files on Windows: they run in cmd.exe, which reads its command line
 * by rules of its own, and then once more inside the batch file (`%*` of npm's shims).
 */

/** Quotes one argument by the rules of the C runtime: backslashes count only before a quote. */
function quoteForCrt(arg: string): string {
  return `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** Puts a caret before everything cmd.exe would act on. */
function escapeForCmd(text: string): string {
  return text.replace(/[()%!^"<>&|;, \t*?`[\]]/g, "^$&");
}

/**
 * The raw arguments for `cmd.exe` that run `file` with `args`.
 *
 * @throws TypeError for a newline or NUL, which no quoting carries through cmd.exe.
 */
export function cmdArguments(file: string, args: readonly string[]): string[] {
  const bad = args.find((arg) => /[\r\n\0]/.test(arg));
  if (bad !== undefined) {
    throw new TypeError(
      `A .cmd program cannot be given an argument with a line break (${bad.length} characters). ` +
        "Remove it from the extra parameters.",
    );
  }
  // Twice for the arguments: the batch file's own `%*` is read again.
  const rest = args.map((arg) => escapeForCmd(escapeForCmd(quoteForCrt(arg))));
  return ["/d", "/s", "/c", `"${[escapeForCmd(`"${file}"`), ...rest].join(" ")}"`];
}

/** Whether `file` can only be run by cmd.exe. */
export function needsCmd(file: string): boolean {
  return /\.(cmd|bat)$/i.test(file);
}
