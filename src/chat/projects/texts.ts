/** What `/project` and `/diff` say. Plain text. */
import { counted } from "../../base/text.ts";

export const texts = {
  description: "Work in a folder of yours",
  title: "Projects",
  here: "Working in ",
  workspace: "the workspace",
  gone: "Its folder is not there. Put it back, or work somewhere else.",
  unknown: "It is no project any more. Put it back into the config, or work somewhere else.",
  /** Markdown. */
  noFolders: (folders: readonly string[]) =>
    `⚠️ In the config, \`projects\` or \`project_roots\` name what is no folder: ${
      folders.map((folder) => `\`${folder}\``).join(", ")
    }`,
  none: "There are no projects yet. Name folders in the config: `projects` for single ones, " +
    "`project_roots` for folders full of them. “New…” makes one.",
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
  buttons: {
    workspace: "Workspace",
    all: "All projects",
    make: "New…",
    branches: "Branches",
    topic: "Make a topic for it",
  },
  branches: {
    title: (project: string) => `Branches of ${project}`,
    none: "None has a folder of its own yet.",
    how: "Each in a folder of its own, so that work goes on side by side:",
    make: (project: string) => `/project ${project}@BRANCH works on one, and makes it if need be.`,
    remove: "Remove",
    removeAll: "Remove all the same",
    keep: "Keep it",
    failed: (name: string, why: string) => `⚠️ There is no folder for ${name}: ${why}`,
    removed: (branch: string) => `The folder of ${branch} is removed; the branch is kept.`,
    notRemoved: (branch: string, why: string) => `⚠️ ${branch} was not removed: ${why}`,
    sure: (branch: string, changed: number, unpushed: number) =>
      [
        `⚠️ ${branch} is not clean.`,
        changed > 0 ? `${counted(changed, "changed file")} in no commit would be lost.` : "",
        unpushed > 0
          ? `${counted(unpushed, "commit")} exist only on this branch, which is kept.`
          : "",
      ].filter((part) => part !== "").join(" "),
  },
  topic: {
    here: "📁 This topic works in ",
    write: ". Just write.",
    made: (project: string) => `There is a topic for ${project} now.`,
    failed: (why: string) =>
      `⚠️ The topic could not be made: ${why}. In a group, the bot has to be an administrator who ` +
      "may manage topics.",
  },
  make: {
    title: "New project",
    question: "What is it called? With the address of a git repository (https://… or git@…) it " +
      "becomes a copy of that; without, it is empty.",
    cancel: "Cancel",
    badName: "That is no name for a project: at most 40 letters, digits, blanks and . _ -",
    taken: (name: string) => `There is a project ${name} already; /project ${name} goes there.`,
    there: (name: string, folder: string) =>
      `⚠️ ${folder} is there already. To work in it: ductor config set projects.${name} ${folder}`,
    working: (name: string, line: string) => `Making ${name}…${line === "" ? "" : `\n${line}`}`,
    failed: (name: string, why: string) => `⚠️ ${name} could not be made: ${why}`,
    made: (name: string, folder: string) => `✅ ${name} is in ${folder}.`,
  },
  diff: {
    description: "What changed in the project",
    title: (project: string) => `Changes in ${project}`,
    noProject: "/diff shows what has changed in a project. /project goes to one.",
    failed: (project: string, why: string) =>
      `⚠️ What changed in ${project} cannot be told: ${why}`,
    nothing: (project: string, since: string | undefined) =>
      `Nothing has changed in ${project} since ${sinceText(since)}.`,
    summary: (files: number, added: number, gone: number, since: string | undefined) =>
      `${counted(files, "file")}, +${added} −${gone}, since ${sinceText(since)}:`,
    lines: (added: number | undefined, gone: number | undefined) =>
      added === undefined ? "(binary)" : `+${added} −${gone}`,
    more: (count: number) => `… and ${counted(count, "file")} more`,
  },
} as const;

function sinceText(ago: string | undefined): string {
  return ago === undefined ? "the last commit" : `this session began ${ago}`;
}
