import { readEntities } from "./entity_input.ts";
import { badRequest } from "./errors.ts";
import { fixText, type FormattedText } from "./formatted_text.ts";

/** UTF-16 units, after parsing and trimming. */
export const MAX_TEXT = 4096;
export const MAX_CAPTION = 1024;
/** Bytes a text may have before it is parsed at all. */
const MAX_SOURCE_BYTES = 1 << 15;

export interface TextInput {
  text: string;
  parseMode: string;
  entities: unknown;
}

/** The text of a message. Throws 400 when it is empty, too long, or its entities don't fit. */
export function messageText(input: TextInput): FormattedText {
  if (input.text === "") throw badRequest("message text is empty");
  const fixed = formatted(input);
  if (fixed.text === "") throw badRequest("text must be non-empty");
  if (fixed.text.length > MAX_TEXT) throw badRequest("message is too long");
  return fixed;
}

/** A caption; may be empty. */
export function captionText(input: TextInput): FormattedText {
  const fixed = formatted(input);
  if (fixed.text.length > MAX_CAPTION) throw badRequest("message caption is too long");
  return fixed;
}

/** The text of a draft; may be empty. */
export function draftText(input: TextInput): FormattedText {
  const fixed = formatted(input);
  if (fixed.text.length > MAX_TEXT) throw badRequest("message is too long");
  return fixed;
}

function formatted({ text, parseMode, entities }: TextInput): FormattedText {
  if (new TextEncoder().encode(text).length > MAX_SOURCE_BYTES) {
    throw badRequest("text is too long");
  }
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
    throw badRequest("strings must be encoded in UTF-8");
  }
  const mode = parseMode.toLowerCase();
  if (text === "" || mode === "" || mode === "none") return fixText(text, readEntities(entities));
  if (["html", "markdown", "markdownv2"].includes(mode)) {
    throw badRequest(
      `can't parse entities: parse_mode ${parseMode} is not served by the embedded Bot API server; ` +
        "send entities",
    );
  }
  throw badRequest("unsupported parse_mode");
}
