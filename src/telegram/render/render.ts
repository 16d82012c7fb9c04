/** Markdown → text and entities. */
import { getLogger } from "@logtape/logtape";
import { writeBlocks } from "./blocks.ts";
import { cleanControls } from "./html_entities.ts";
import { lex } from "./lexer.ts";
import { calmTail } from "./partial.ts";
import { type Rich, RichBuilder } from "./rich.ts";

const log = getLogger(["ductor", "render"]);

export interface RenderOptions {
  /**
   * The text is the beginning of a growing one: what is half open at its end (`**bol`, `[text](ht`)
   * is shown as if it were closed, or not yet.
   */
  partial?: boolean;
}

/**
 * The document as Telegram shows it: headings and titles bold, lists with bullets, code as `pre`,
 * tables aligned or row by row. Any string is accepted; one that cannot be read as Markdown comes
 * back as plain text. Entities obey Telegram's rules, whatever the input.
 */
export function render(markdown: string, options: RenderOptions = {}): Rich {
  const source = cleanControls(markdown.replace(/\r\n?/g, "\n"));
  // Telegram refuses what is not valid Unicode; at the end of a stream it is half a character.
  const text = options.partial
    ? calmTail(source.replace(/[\ud800-\udbff]$/, "").toWellFormed())
    : source.toWellFormed();
  try {
    const out = new RichBuilder();
    writeBlocks(out, lex(text));
    return out.finish();
  } catch (error) {
    const reason = error instanceof Error ? error.name : "unknown error";
    log.error("Markdown of {length} characters could not be read ({reason}); shown as plain text", {
      length: text.length,
      reason,
    });
    return { text: text.trim(), entities: [] };
  }
}
