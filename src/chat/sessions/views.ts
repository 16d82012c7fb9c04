/** What the panel of `/sessions` shows. Pure. */
import { PROVIDERS } from "../../agents/provider.ts";
import type { Said } from "../../agents/session_info.ts";
import { agoOf, counted, shorten } from "../../base/text.ts";
import type { Button } from "../../conversation/speaker.ts";
import type { Holder, Stored, StoredSession } from "../../conversation/stored_sessions.ts";
import { bold, code, italic, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import type { View } from "../panels/panel.ts";
import { texts } from "./texts.ts";

const PER_PAGE = 6;
/** UTF-16 units that the phone copies at most. */
const COPY = 256;
/** Of each piece of the last words. */
const WORDS = 700;

/** Which list, and where in it: what the buttons carry along. */
export interface Where {
  /** Only those of the folder of the conversation. */
  here: boolean;
  page: number;
}

export interface Around {
  now: number;
  /** The folder of the conversation. */
  folder: string;
  holder(session: StoredSession): Holder | undefined;
  /** A folder as people know it: the name of its project, or a short path. */
  shown(folder: string): string;
  /** Whether its CLI makes copies. */
  forks(session: StoredSession): boolean;
}

export function listView(
  { sessions, failed }: Stored,
  where: Where,
  around: Around,
  note?: string,
): View {
  const page = pageOf(sessions, where.page, PER_PAGE);
  const at = { ...where, page: page.page };
  const parts: Part[] = [
    bold(texts.title),
    ...where.here ? [texts.in, code(around.shown(around.folder))] : [texts.everywhere],
    "\n",
    sessions.length > 0
      ? italic(texts.page(page.page, page.pages, sessions.length))
      : where.here
      ? texts.none
      : texts.noneAnywhere,
  ];
  page.items.forEach((session, index) => {
    parts.push(`\n\n${index + 1}. `, bold(titleOf(session)), "\n", ...factsOf(session, around));
  });
  for (const { provider, why } of failed) {
    parts.push(`\n\n${texts.failed(PROVIDERS[provider].title, shorten(why, 300))}`);
  }
  if (note !== undefined) parts.push(`\n\n${note}`);
  return {
    parts,
    buttons: [
      ...page.items.map((session, index) => [{
        label: `${index + 1}. ${shorten(titleOf(session), 40)}`,
        action: `sessions:s.${keyOf(session)}.${tail(at)}`,
      }]),
      ...pageButtons(page, (to) => `sessions:l.${tail({ ...where, page: to })}`),
      [{
        label: where.here ? texts.buttons.all : texts.buttons.here,
        action: `sessions:l.${tail({ here: !where.here, page: 0 })}`,
      }],
    ],
  };
}

export function sessionView(
  session: StoredSession,
  where: Where,
  around: Around,
  note?: string,
): View {
  const key = `${keyOf(session)}.${tail(where)}`;
  const holder = around.holder(session);
  const command = commandFor(session);
  const canCopy = around.forks(session);
  const only = holder === "terminal" || holder === "chat" ? texts.onlyCopy[holder] : undefined;
  const copied = command !== undefined && command.length <= COPY;
  return {
    parts: [
      bold(titleOf(session)),
      "\n",
      ...factsOf(session, around),
      ...command === undefined ? [] : ["\n\n", code(command)],
      ...only === undefined ? [] : [`\n\n⚠️ ${only}`],
      ...note === undefined || note === only ? [] : [`\n\n${note}`],
    ],
    buttons: [
      [
        ...only === undefined ? [{ label: texts.buttons.go, action: `sessions:go.${key}` }] : [],
        ...canCopy ? [{ label: texts.buttons.copy, action: `sessions:copy.${key}` }] : [],
      ],
      [{ label: texts.buttons.words, action: `sessions:w.${key}` }],
      copied ? [{ label: texts.buttons.command, action: "", copy: command }] : [],
      [back(where)],
    ],
  };
}

export function wordsView(session: StoredSession, said: readonly Said[], where: Where): View {
  const parts: Part[] = [texts.words, bold(titleOf(session))];
  for (const { by, text } of said.slice(-4)) {
    parts.push("\n\n", ...by === "user" ? [bold(texts.by.user)] : [], shorten(text, WORDS));
  }
  if (said.length === 0) parts.push(`\n\n${texts.noWords}`);
  const key = `${keyOf(session)}.${tail(where)}`;
  return { parts, buttons: [[{ label: "◀", action: `sessions:s.${key}` }]] };
}

export function goingView(session: StoredSession, copy: boolean, around: Around): View {
  return {
    parts: [
      "▶ ",
      texts.going(copy),
      bold(titleOf(session)),
      "\n",
      ...factsOf(session, { ...around, holder: () => undefined }),
      ...copy ? [] : [`\n\n${texts.goes}`],
    ],
    buttons: [],
  };
}

/** What came from a terminal with `ductor handoff`. */
export function handedView(session: StoredSession, around: Around): View {
  const { parts, buttons } = sessionView(session, { here: false, page: 0 }, around);
  return { parts: ["📲 ", texts.handed, ...parts], buttons };
}

/** Names a session in the data of a button. */
export function keyOf({ provider, id }: Pick<StoredSession, "provider" | "id">): string {
  return fingerprintOf(`${provider} ${id}`);
}

/** A button under something else that opens a session with what can be done with it. */
export function sessionButton(session: Pick<StoredSession, "provider" | "id">): Button {
  const action = `sessions:s.${keyOf(session)}.${tail({ here: false, page: 0 })}`;
  return { label: texts.buttons.go, action };
}

/** What a person types in a terminal to go on with it; `undefined`: there is no way. */
export function commandFor({ provider, id, folder }: StoredSession): string | undefined {
  const { program, resume } = PROVIDERS[provider];
  if (!resume) return undefined;
  return `cd ${quoted(folder)} && ${[program, ...resume(id)].map(quoted).join(" ")}`;
}

function quoted(word: string): string {
  if (/^[\w./:@%+=,\\-]+$/.test(word)) return word;
  return Deno.build.os === "windows" ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function titleOf({ title }: StoredSession): string {
  return title === "" ? texts.untitled : title;
}

function factsOf(session: StoredSession, { now, shown, holder }: Around): Part[] {
  const held = holder(session);
  const facts = [
    PROVIDERS[session.provider].title,
    agoOf(now - session.updated),
    ...session.messages === undefined ? [] : [counted(session.messages, "message")],
    ...held === undefined ? [] : [texts.held[held]],
  ];
  return [code(shorten(shown(session.folder), 60, { keep: "end" })), ` · ${facts.join(" · ")}`];
}

function tail({ here, page }: Where): string {
  return `${here ? "h" : "a"}.${page}`;
}

function back(where: Where): Button {
  return { label: texts.buttons.back, action: `sessions:l.${tail(where)}` };
}
