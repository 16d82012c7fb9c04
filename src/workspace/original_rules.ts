/**
 * Knows what the Python program wrote into rule files, by the hashes of all lines that its versions
 * (0.2.1 to 0.20.1) shipped: SHA-256 of a line without code spans, the first seven digits.
 */
import { sha256 } from "../base/hash.ts";

const LINES = new URL("../../assets/original_rule_lines.txt", import.meta.url);

let known: Promise<ReadonlySet<string>> | undefined;

/** What a rule file consists of. */
export interface Written {
  /** Whether most of it is the Python program's. */
  original: boolean;
  /** Lines that are not, in their order: somebody's own. */
  own: string[];
}

export async function writtenBy(text: string): Promise<Written> {
  known ??= Deno.readTextFile(LINES).then((hashes) => new Set(hashes.trim().split("\n")));
  const hashes = await known;
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  const own = lines.filter((line) => !hashes.has(sha256(bare(line)).slice(0, 7)));
  return { original: own.length * 2 < lines.length, own };
}

/** Names in code spans differ from home to home, spaces from editor to editor. */
function bare(line: string): string {
  return line.replaceAll(/`[^`]*`/g, "``").replaceAll(/\s+/g, " ").trim();
}
