/**
 * The messages of an answer, whatever its length. One that is too long for messages is kept as a
 * Markdown file, and its beginning is shown. What takes time is done slice by slice, with room for
 * others in between.
 */
import { getLogger } from "@logtape/logtape";
import { sleep } from "../../base/async/sleep.ts";
import type { Content } from "../../telegram/content.ts";
import type { OutFile } from "../../telegram/upload/out_file.ts";
import type { OutgoingFiles } from "../../telegram/upload/outgoing_files.ts";
import {
  render,
  type Rich,
  type Slice,
  slicesOf,
  split,
  stripMarkers,
} from "../../telegram/render/mod.ts";
import { type AppendRules, finishedParts } from "./append.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "reply"]);

/** UTF-16 units of the beginning that is shown of what is a file; leaves room for words below. */
const BEGINNING = 3000;

export interface LongAnswers {
  /** Messages of one answer; more are a file. */
  most: number;
  /** Keeps the parts as one file, and looks whether it may be sent. */
  keep(parts: Iterable<string>): ReturnType<OutgoingFiles["plan"]>;
  /** What may be shown of a text; as long as it was. */
  hide(text: string): string;
  /** Lets others do something; default: for as short as it can be. */
  breathe?(): Promise<void>;
}

export interface Answer {
  /** What the reader sees, in slices of Markdown. */
  parts: Slice[];
  /** Labels; those of one line are one row. */
  buttons: string[][];
  /** Paths as written, in order. */
  files: string[];
}

type Shown = Pick<Content, "pieces"> & { files: OutFile[] };

/** What an agent has written, without the markers in it. */
export async function readAnswer(
  markdown: string,
  { breathe = pause }: LongAnswers,
): Promise<Answer> {
  const answer: Answer = { parts: [], buttons: [], files: [] };
  for (const { fence, text } of slicesOf(markdown)) {
    if (answer.parts.length > 0) await breathe();
    const { markdown, buttons, files } = stripMarkers(fence + text);
    const end = /\s*$/.exec(text.slice(-100))![0];
    answer.parts.push({ fence, text: markdown.slice(fence.length) + end });
    answer.buttons.push(...buttons);
    answer.files.push(...files);
  }
  return answer;
}

/** The messages that show the parts with the notes below; or their beginning, with the whole as a file. */
export async function messagesOf(
  parts: readonly Slice[],
  notes: readonly string[],
  long: LongAnswers,
  append?: AppendRules,
): Promise<Shown> {
  // What is short is one text, so that nothing in it is cut.
  const whole = parts.length > 1
    ? [...parts.map(({ fence, text }) => fence + text), notes.join("\n\n")]
    : [[parts[0]?.text.trimEnd(), ...notes].filter(Boolean).join("\n\n")];
  const pieces: Shown["pieces"] = [];
  for (const [index, text] of whole.entries()) {
    if (index > 0) await (long.breathe ?? pause)();
    const gap = index < parts.length ? gapAfter(parts[index - 1]?.text) : "\n\n";
    addTo(pieces, text, gap, long, append);
    if (pieces.length > long.most) return await asFile(pieces, parts, notes, long);
  }
  return { pieces, files: [] };
}

function addTo(
  pieces: Shown["pieces"],
  markdown: string,
  gap: string,
  { hide }: LongAnswers,
  append?: AppendRules,
): void {
  if (append) {
    const { parts, rest } = finishedParts(markdown, append);
    pieces.push(...[...parts, rest].flatMap((part) => cutUp(render(part), hide)));
    return;
  }
  // The last message goes on while it has room.
  const last = pieces.pop();
  const more = render(markdown);
  pieces.push(...cutUp(last ? below(last, more, gap) : more, hide));
}

/** The messages of a text. What must not be shown is hidden first: half of it would pass for harmless. */
export function cutUp({ text, entities }: Rich, hide: LongAnswers["hide"]): Rich[] {
  return split({ text: hide(text), entities });
}

async function asFile(
  pieces: Shown["pieces"],
  parts: readonly Slice[],
  notes: readonly string[],
  { keep, most }: LongAnswers,
): Promise<Shown> {
  const [begin = { text: "", entities: [] }] = split(pieces[0]!, BEGINNING);
  const under = (...words: string[]) => render([...words, ...notes].join("\n\n"));
  try {
    const { files, refused } = await keep(parts.values().map(({ text }) => text));
    const words = refused.length > 0 ? [texts.longKept, ...refused] : [texts.long];
    return { pieces: split(below(begin, under(...words))), files };
  } catch (error) {
    log.error("A long answer could not be kept as a file: {error}", { error });
    return { pieces: [...pieces.slice(0, most), ...split(under(texts.longLost))], files: [] };
  }
}

function below(one: Rich, { text, entities }: Rich, gap = "\n\n"): Rich {
  if (text === "") return one;
  const above = one.text + gap;
  const moved = entities.map((each) => ({ ...each, offset: each.offset + above.length }));
  return { text: above + text, entities: [...one.entities, ...moved] };
}

/** What stands between two slices in the chat. */
function gapAfter(before = "\n\n"): string {
  const [end] = /\s*$/.exec(before.slice(-100))!;
  return /\n[ \t]*\n/.test(end) ? "\n\n" : end.includes("\n") ? "\n" : end === "" ? "" : " ";
}

function pause(): Promise<void> {
  return sleep(0);
}
