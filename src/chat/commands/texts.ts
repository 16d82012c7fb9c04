/** What the small commands say. Markdown, but for `info`. */
import { counted } from "../../base/text.ts";

const NOTHING = "Nothing is running.";

export const texts = {
  help: {
    description: "All commands",
    more: "**While the agent works**\n" +
      "What you write waits for its turn; **Send now** hands it to the agent at once. `stop` ends everything; `!` in front of a message ends " +
      "the running answer and asks that next.\n\n" +
      "**Another model, once**\n`@opus your question`\n\n" +
      "Everything else goes to the agent as you write it.",
  },
  info: {
    description: "Version and links",
    about: (programs: string) =>
      `The official ${programs} programs, on your own machine, in Telegram. Your messages go ` +
      "from this chat to the agent and nowhere else; everything is kept as plain files in one " +
      "folder.",
    project: "Project",
    changes: "Changes",
    report: "Report a problem",
  },
  memory: {
    description: "What the agent remembers about you",
    title: "Memory",
    empty: "There is nothing in it yet. Tell the agent about yourself, or ask it to remember " +
      "something.",
    undone: (ago: string) =>
      `The last change is taken back; this version is from ${ago}. /memory shows it, ` +
      "`/memory undo` goes back one more.",
    first: "There is no earlier version to go back to.",
  },
  new: {
    description: "Start a new session",
    begun: (provider: string, others: boolean, project?: string) =>
      `**New session** with ${provider}${project === undefined ? "" : ` in ${project}`}.${
        others ? " Your sessions with others are kept." : ""
      }`,
  },
  restart: {
    description: "Restart ductor",
    impossible: "I cannot be restarted from the chat here; start me again on the machine.",
    refused: (problem: string) =>
      `⚠️ Not restarted: the config cannot be used as it is, so I go on with the old one.\n\n${problem}`,
    begins: "🔄 Restarting; running answers finish first…",
    back: "✅ ductor is back.",
  },
  stop: {
    description: "Stop the agent, drop what is waiting",
    nothing: NOTHING,
    /**
     * @param tasks What ran in the background and was ended; markup in it is taken as it is.
     * @param jobs What goes on, where there was nothing to stop.
     */
    stopped(
      running: boolean,
      dropped: number,
      tasks: readonly string[] = [],
      jobs: readonly string[] = [],
    ): string {
      const ended = tasks.length === 0 ? "" : ` Ended in the background: ${named(tasks)}.`;
      const goOn = jobs.length === 0 ? "" : ` Jobs go on: ${named(jobs)}.`;
      const first = running || ended !== "" ? `⏹ Stopped.${ended}` : `${NOTHING}${goOn}`;
      if (dropped === 0) return first;
      if (dropped === 1) return `${first} One waiting message was dropped.`;
      return `${first} ${counted(dropped, "waiting message")} were dropped.`;
    },
  },
  interrupt: { description: "Stop this answer, go on with the next" },
} as const;

/** Titles of tasks, as code: they may hold anything. */
function named(titles: readonly string[]): string {
  return titles.map((title) => title ? `\`${title.replaceAll("`", "'")}\`` : "a task").join(", ");
}
