/** What `/project` says. Plain text. */
import { counted } from "../../base/text.ts";

export const texts = {
  description: "Work in a folder of yours",
  title: "Projects",
  here: "Working in ",
  workspace: "the workspace",
  gone: "Its folder is not there. Put it back, or work somewhere else.",
  unknown: "It is no project any more. Put it back into the config, or work somewhere else.",
  none: "There are no projects yet. Name folders in the config: `projects` for single ones, " +
    "`project_folders` for folders full of them. “New…” makes one.",
  missing: "not there",
  found: (asked: string) => `Which one? These match “${asked}”:`,
  noneFound: (asked: string) => `No project matches “${asked}”.`,
  listChanged: "The list has changed meanwhile; here it is anew.",
  page: (page: number, pages: number, all: number) =>
    `${counted(all, "project")}${pages > 1 ? `, page ${page + 1} of ${pages}` : ""}`,
  /** @param session Of the session that goes on there, if one does. */
  moved: (session: { provider: string; messages: number; ago: string } | undefined) =>
    session === undefined
      ? "Your next message starts a new session there."
      : `Your session there goes on: ${session.provider}, ${
        counted(session.messages, "message")
      }, ` +
        `last used ${session.ago}.`,
  later: (name: string) => `What you have asked so far comes first; then I switch to ${name}.`,
  already: "You are there already.",
  notThere: (name: string, folder: string) =>
    `The folder of ${name} is not there: ${folder}. Put it back, or change \`projects\` in the config.`,
  buttons: { workspace: "Workspace", all: "All projects" },
} as const;
