/** What `/sessions`, `/continue` and `/name` say. Plain text. */
import { allTitles } from "../../agents/provider.ts";
import { counted } from "../../base/text.ts";
import type { Holder } from "../../conversation/stored_sessions.ts";

export const texts = {
  description: "Go on with any session, of the terminal too",
  title: "Sessions",
  in: " in ",
  everywhere: " on this computer",
  workspace: "workspace",
  untitled: "(no words yet)",
  none: "There are none here yet.",
  noneAnywhere:
    `There are none yet. Sessions that you begin in a terminal with ${allTitles("or")} ` +
    "appear here.",
  page: (page: number, pages: number, all: number) =>
    `${counted(all, "session")}${pages > 1 ? `, page ${page + 1} of ${pages}` : ""}`,
  failed: (title: string, why: string) => `⚠️ ${title}: ${why}`,
  gone: "That session is not there any more; here is the list anew.",
  held: {
    terminal: "open in a terminal",
    chat: "in another chat",
    here: "in this chat",
  } satisfies Record<Holder, string>,
  onlyCopy: {
    terminal:
      "It is open in a terminal, and two must not write to one session. Close it there, or " +
      "go on with a copy.",
    chat: "It goes on in another chat, and two must not write to one session. Go on with a copy.",
  },
  noCopy: (title: string) => `${title} makes no copies.`,
  noFolder: (folder: string) => `Its folder is not there any more: ${folder}.`,
  sandboxed:
    "The agents work in the sandbox, which keeps the sessions of your terminal out. Turn it " +
    "off (`ductor config set docker.enabled false`) to go on with those here.",
  going: (copy: boolean) => copy ? "Your next message goes to a copy of " : "Going on with ",
  goes: "Your next message goes on there.",
  later: "What you have asked so far comes first; then I switch to that session.",
  words: "Last words of ",
  noWords: "Nothing was said in it, as far as can be read.",
  by: { user: "You: ", agent: "" },
  handed: "From your terminal: ",
  continue: {
    description: "Go on with the newest session of this folder",
    none: (folder: string) => `There is no session in ${folder} yet.`,
    already: "You are in the newest session here.",
  },
  name: {
    description: "Name this session: /name TEXT",
    how: "Write the name behind it: /name Till of the shop",
    none: "There is no session here yet to be named. Say something first.",
    done: (name: string, title: string) => `This session is now called “${name}”, in ${title} too.`,
    cannot: (title: string) => `${title} has no names for sessions.`,
  },
  buttons: {
    go: "▶ Continue here",
    copy: "👥 As a copy",
    words: "💬 Last words",
    command: "📋 Command for the terminal",
    back: "◀ All sessions",
    all: "All folders",
    here: "Only this folder",
  },
} as const;
