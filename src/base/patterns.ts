/**
 * Looks for words in incoming text that are meant for a model and not for a reader: attempts to
 * take over the agent. Nothing is blocked by it, since people may well talk about such words; what
 * is found is logged and counted, by label only.
 */
import { getLogger } from "@logtape/logtape";

const log = getLogger(["ductor", "security"]);

/** Each pattern reads a text in linear time: no nested or adjoining repetitions. */
const PATTERNS: readonly (readonly [label: string, pattern: RegExp])[] = [
  [
    "instruction_override",
    /ignore\s{1,9}(?:all\s{1,9})?(?:previous|prior|above)\s{1,9}(?:instruction|prompt)s?/i,
  ],
  ["instruction_override", /disregard\s{1,9}(?:all\s{1,9})?(?:previous|prior|above)/i],
  ["instruction_override", /forget\s{1,9}(?:everything|all|your)\s{1,9}(?:instruction|rule)s?/i],
  ["role_hijack", /you\s{1,9}are\s{1,9}now\s{1,9}an?\s/i],
  ["role_hijack", /new\s{1,9}instructions?\s{0,9}:/i],
  ["fake_system_prompt", /system\s{0,9}:\s{0,9}prompt/i],
  ["special_token", /<\|(?:im_start|im_end|system|endoftext)\|>/i],
  ["llama_markers", /\[\/?INST\]|<<\/?SYS>>/i],
  ["anthropic_markers", /^[ \t]{0,80}(?:Human|Assistant|System)[ \t]{0,9}:/im],
  [
    "internal_file_ref",
    /GROUND_RULES|(?:AGENT_)?SOUL\.md|(?:AGENT_)?SYSTEM\.md|BOOTSTRAP\.md|(?:AGENT_)?IDENTITY\.md/i,
  ],
  ["tool_injection", /\b(?:mem_add|mem_edit|mem_delete|task_add)\.py\b/i],
  ["cli_flag_injection", /--(?:append-)?system-prompt|--permission-mode/i],
  ["file_tag_injection", /<file:[^>\n]{0,4096}>/i],
];

/** The labels of the patterns that `text` matches; one for each pattern, so one may come twice. */
export function scanPatterns(text: string): string[] {
  const folded = fold(text);
  return PATTERNS.flatMap(([label, pattern]) => pattern.test(folded) ? [label] : []);
}

/** Full-width letters and angle brackets become the plain ones they are read as. */
function fold(text: string): string {
  return text.replace(
    /[\uff21-\uff3a\uff41-\uff5a\uff1c\uff1e]/g,
    (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0),
  );
}

/** Scans what comes in and counts what it finds, for `/diagnose`. */
export class PatternCounter {
  readonly #counts = new Map<string, number>();

  /** How often each label was found since the start. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** @param where What the texts belong to, for the log; the texts themselves are never logged. */
  scan(texts: Iterable<string>, where: Record<string, unknown> = {}): string[] {
    const labels = [...texts].flatMap(scanPatterns);
    for (const label of labels) this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
    if (labels.length > 0) {
      log.warn("A message matches {labels}; it is passed on all the same", { labels, ...where });
    }
    return labels;
  }
}
