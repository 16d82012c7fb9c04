/** What comes in: lines, and what a user message asks. */

import type { Question } from "./turn.ts";
import type { Json } from "./wire.ts";

/** Cuts a byte stream into lines, without their line breaks. The last one may lack its own. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk, { stream: true }).split("\n");
    for (const [index, piece] of pieces.entries()) {
      parts.push(piece);
      if (index === pieces.length - 1) break;
      yield parts.join("");
      parts = [];
    }
  }
  if (parts.join("") !== "") yield parts.join("");
}

/** Text and pictures of a user message, whose content is a string or a list of blocks. */
export function readQuestion(message: Json): Question {
  const content = (message.message as Json | undefined)?.content;
  if (typeof content === "string") return { text: content, images: 0 };
  const blocks = Array.isArray(content) ? content as Json[] : [];
  return {
    text: blocks.filter((block) => block.type === "text").map((block) => block.text).join("\n"),
    images: blocks.filter((block) => block.type === "image").length,
  };
}
