/** What the commands print; the only place that writes to the terminal. */
const encoder = new TextEncoder();

/** @returns false when nobody reads any more, as in `ductor … | head -1`. */
export function print(text: string): boolean {
  return write(Deno.stdout, text + "\n");
}

/** Without a line break. @returns as {@link print} */
export function printPart(text: string): boolean {
  return write(Deno.stdout, text);
}

/** @returns as {@link print} */
export function printError(text: string): boolean {
  return write(Deno.stderr, text + "\n");
}

/**
 * Writes all of it. Who reads may have gone: that is no error of a command, which goes on and tidies
 * up after itself; one that would print for ever looks at the result.
 */
export function write(to: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  try {
    let bytes = encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
