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
  return [{ say: echo(text, thought.images ?? 0) }];
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
function echo(text: string, images: number): string {
  const pictures = images === 0 ? "" : images === 1 ? " and a picture" : ` and ${images} pictures`;
  if (text === "") return `You sent me no words${pictures}. Say **help** for what I know.`;
  const shown = shorten(text, 300);
  const quoted = shown.split("\n").map((line) => `> ${line}`).join("\n");
  return `You said${pictures ? ` (with${pictures.slice(4)})` : ""}:\n\n${quoted}\n\n` +
    "I am ductor's demo agent: there is no AI in me, so that is all I make of it. " +
    "Say **help** for the words I know.";
}
