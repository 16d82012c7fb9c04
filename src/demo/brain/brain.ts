/**
 * What the demo model says. It has no intelligence: it knows the script words of `words.ts` and is
 * honest about that. The demo agent and the tests' model server both answer from here, so what a
 * person sees in `ductor demo` is what the contract tests prove.
 */

import { shorten } from "../../base/text.ts";
import type { Step, Thought } from "./thought.ts";
import { WORDS } from "./words.ts";

/** The scripted brain. Pure: same thought, same steps. */
export function think(thought: Thought): Step[] {
  const woken = /<task-notification>[^]*?<summary>([^<]*)<\/summary>/.exec(thought.text);
  if (woken) return [{ say: `${woken[1]}. Nobody asked me just now: it woke me up.` }];
  const text = ownWords(thought.text);
  for (const word of WORDS) {
    const found = word.pattern.exec(text);
    if (found) return word.answer(found, { ...thought, text });
  }
  return [{ say: echo(text, thought.images ?? 0, filesIn(thought.text)) }];
}

/** Files that came along and are no pictures, as ductor names them to the agent. */
function filesIn(text: string): string[] {
  const blocks = text.split(/(?:^|\n\n)\[INCOMING FILE\]\n/).slice(1);
  return blocks.flatMap((block) => {
    if (/^The .* a photo|^Type: image\//m.test(block)) return [];
    const [, name] = /^Original filename: (.*)$/m.exec(block) ?? /^Path: (.*)$/m.exec(block) ?? [];
    return name ?? [];
  });
}

/**
 * What the user wrote, of all that ductor sends: without the blocks about files that came with it
 * (the echo counts the pictures), and without what ductor asks the agent on its own.
 */
function ownWords(text: string): string {
  const [words = ""] = text.split(/(?:^|\n\n)\[INCOMING FILE\]\n|\n\n\[ductor, not the user: /, 1);
  return (words === text ? text : words.replace(/^User message: /, "")).trim();
}

/** The answer to what is no script word: shows that the whole message arrived. */
function echo(text: string, images: number, files: readonly string[]): string {
  const sent = [
    ...images === 0 ? [] : [images === 1 ? "a picture" : `${images} pictures`],
    ...files.map((name) => `\`${name}\``),
  ].join(" and ");
  if (text === "") {
    return sent === ""
      ? "You sent me no words. Say **help** for what I know."
      : `${sent[0]!.toUpperCase()}${sent.slice(1)} arrived. There is no AI in me; a real agent ` +
        "would have a look now, and can send files back.";
  }
  const shown = shorten(text, 300);
  const quoted = shown.split("\n").map((line) => `> ${line}`).join("\n");
  return `You said${sent ? ` (with ${sent})` : ""}:\n\n${quoted}\n\n` +
    "I am ductor's demo agent: there is no AI in me, so that is all I make of it. " +
    "Say **help** for the words I know.";
}
