/** Character references (`&amp;`, `&#8594;`), which Markdown reads outside code. */
import { decodeHTMLStrict } from "entities";

/** Those that HTML knows, and only with the `;` behind them: the others stay as they are written. */
export function decodeEntities(text: string): string {
  return text.includes("&") ? cleanControls(decodeHTMLStrict(text)) : text;
}

/** Control characters as Telegram treats them: a space each, but for the line end. */
export function cleanControls(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, " ");
}
