/** What the commands print; the only place that writes to the terminal. */
const encoder = new TextEncoder();

export function print(text: string): void {
  writeSync(Deno.stdout, text + "\n");
}

/** Without a line break. */
export function printPart(text: string): void {
  writeSync(Deno.stdout, text);
}

export function printError(text: string): void {
  writeSync(Deno.stderr, text + "\n");
}

function writeSync(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}
