/** One thing that a person is asked: what it looks like, and what presses and words make of it. */
import type { PermissionDecision } from "../../agents/agent.ts";
import { cut } from "../../base/text.ts";
import { type Content, MESSAGE_LIMIT, type Piece } from "../../telegram/content.ts";
import { split } from "../../telegram/render/mod.ts";
import { italic, nameOf, type Part, textOf } from "../../telegram/text.ts";
import { textFile } from "../../telegram/upload/out_file.ts";
import { texts } from "./texts.ts";

/** How a question ends: a decision, and what the chat shows for it. */
export interface Ending {
  decision?: PermissionDecision;
  note: string;
}

/** `what` comes back when it is pressed. */
export interface Choosable {
  label: string;
  what: string;
}

export interface Form {
  readonly content: Content;
  /** What the person can do; gone when it is over. */
  readonly hint: string;
  /** Rows of buttons, as they stand now. */
  buttons(): Choosable[][];
  /** @returns A word to the one who pressed, or nothing, if it stays open. */
  press(what: string): Ending | { toast: string } | undefined;
  /** What somebody wrote instead. */
  typed(text: string): Ending;
}

const NOTHING: Piece = { text: "", entities: [] };

/** UTF-16 units; leaves room for what was answered. */
const LIMIT = 3600;
/** As much is shown of what has no room as a whole: nobody reads it twice. */
const BEGINNING = 2000;

/** What a form shows, from top to bottom, each part below a blank line. */
export interface Sheet {
  /** Not the agent itself asks. */
  subagent?: boolean | undefined;
  job?: string | undefined;
  terminal?: string | undefined;
  head: readonly Part[];
  /** The matter: as much of it as there is room for. */
  body: Piece;
  foot: readonly (readonly Part[])[];
  /** The whole matter, where the room is too small; `name` is what the reader sees. */
  file: { name: string; text: string };
}

/** One message; where the matter is longer, with the whole of it as a file below. */
export function contentOf({ subagent, job, terminal, head, body, foot, file }: Sheet): Content {
  const askers = [
    ...job ? [texts.job(nameOf(job))] : [],
    ...terminal ? [texts.terminal(nameOf(terminal))] : [],
    ...subagent ? [texts.subagent] : [],
  ];
  const above = textOf([...askers.flatMap((asker) => [italic(asker), "\n"]), ...head]);
  const below = (notes: Sheet["foot"]) => textOf(notes.flatMap((note) => ["\n\n", ...note]));
  const room = (notes: Sheet["foot"]) => LIMIT - joined(above, NOTHING, below(notes)).text.length;
  const pieces = split(body, room(foot));
  if (pieces.length <= 1) return { pieces: [joined(above, pieces[0], below(foot))] };
  const notes = [[italic(texts.more)], ...foot];
  const [begin] = split(body, Math.min(BEGINNING, room(notes)));
  return {
    pieces: [joined(above, begin, below(notes))],
    files: [textFile(file.name, file.text)],
  };
}

/** Most kinds of hidden characters that are named. */
const NAMED = 8;

/** Says which characters were made visible. */
export function hiddenNote(names: readonly string[]): Part[][] {
  return names.length === 0 ? [] : [[texts.hidden([...new Set(names)].slice(0, NAMED))]];
}

/** The content with a line below: what can be done, or, when it is over, what was. */
export function withLine(content: Content, line: Part): Content {
  const [piece = NOTHING] = content.pieces;
  const room = MESSAGE_LIMIT - piece.text.length - 2;
  const words = typeof line === "string" ? cut(line, room) : line;
  return { ...content, pieces: [add(piece, textOf(["\n\n", words]))] };
}

function joined(above: Piece, body: Piece | undefined, below: Piece): Piece {
  const gap = { text: "\n\n", entities: [] };
  return [above, ...body ? [gap, body] : [], below].reduce(add);
}

function add(one: Piece, { text, entities }: Piece): Piece {
  const moved = entities.map((each) => ({ ...each, offset: each.offset + one.text.length }));
  return { text: one.text + text, entities: [...one.entities, ...moved] };
}

/** Ends with a no; `reason` is for the agent, and shown. */
export function denied(note: (reason?: string) => string, reason?: string): Ending {
  return {
    decision: { behavior: "deny", ...reason !== undefined && { reason } },
    note: note(reason),
  };
}
