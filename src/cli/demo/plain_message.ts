/** A message as a terminal shows it. */
import type { Message, MessageEntity } from "grammy/types";

const INDENT = "    ";

/**
 * Its text, blocks of code indented and with an empty line before them.
 *
 * @param options.final While a message is being written its last paragraph may be a passing line on
 *   what the agent does; it is in italics, and left out. In the end everything stands, and the
 *   buttons below.
 */
export function plainMessage(message: Message, options: { final: boolean }): string {
  const { text = "", caption = "" } = message;
  const entities = message.entities ?? message.caption_entities ?? [];
  const whole = text || caption;
  const end = options.final ? whole.length : withoutPassing(whole, entities);
  const buttons = options.final ? buttonLines(message) : "";
  return indented(whole.slice(0, end), entities) + buttons;
}

/** Where the text ends without a last paragraph that is all in italics. */
function withoutPassing(text: string, entities: readonly MessageEntity[]): number {
  const last = entities.findLast(({ type }) => type === "italic");
  if (!last || last.offset + last.length !== text.length) return text.length;
  if (last.offset === 0) return 0;
  const before = text.slice(0, last.offset);
  return before.endsWith("\n\n") ? before.trimEnd().length : text.length;
}

function indented(text: string, entities: readonly MessageEntity[]): string {
  let out = "";
  let done = 0;
  for (const { type, offset, length } of entities) {
    if (type !== "pre" || offset < done) continue;
    out += text.slice(done, offset);
    if (out !== "") out = out.trimEnd() + "\n\n";
    out += text.slice(offset, offset + length).replaceAll(/^(?=.)/gm, INDENT);
    done = offset + length;
    // An empty line after it too, whatever the chat has there.
    const gap = /^\n+(?=[^])/.exec(text.slice(done));
    if (gap) {
      out += "\n\n";
      done += gap[0].length;
    }
  }
  return out + text.slice(done);
}

function buttonLines({ reply_markup: markup }: Message): string {
  const rows = markup?.inline_keyboard ?? [];
  if (rows.length === 0) return "";
  return "\n\n" + rows.map((row) => row.map(({ text }) => `[ ${text} ]`).join("  ")).join("\n");
}
