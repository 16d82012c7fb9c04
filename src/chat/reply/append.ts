/**
 * `streaming.append_mode`: in place of one message that grows, every finished part of the answer is
 * a message of its own.
 */

/** The `streaming` keys of the config that say when a part is finished. */
export interface AppendRules {
  /** Characters a part has at least. */
  min_chars: number;
  /** Characters after which a part ends at the next line, with or without a paragraph. */
  max_chars: number;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * Cuts what is there of an answer into finished parts, and the rest that is still being written.
 * Parts never change as the answer grows, and none ends inside a code block.
 */
export function finishedParts(
  markdown: string,
  { min_chars, max_chars }: AppendRules,
): { parts: string[]; rest: string } {
  const parts: string[] = [];
  let part = "";
  let fence = "";
  const lines = markdown.split(/(?<=\n)/);
  for (const line of lines) {
    // The last line may still grow, so nothing is finished by it.
    if (!line.endsWith("\n")) break;
    const mark = FENCE.exec(line)?.[1];
    if (mark && fence === "") fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = "";
    part += line;
    if (fence !== "") continue;
    const paragraph = line.trim() === "" && part.trim().length >= min_chars;
    if (!paragraph && part.length < max_chars) continue;
    if (part.trim() !== "") parts.push(part);
    part = "";
  }
  const length = parts.reduce((sum, { length }) => sum + length, 0);
  return { parts, rest: markdown.slice(length) };
}
