/** What is said around a question of the agent; plain text, but `plan.missing`, which is Markdown. */
import { shorten } from "../../base/text.ts";

/** Longest answer that is repeated, UTF-16 units. */
const ANSWER = 400;

export const texts = {
  subagent: "A sub-agent asks",
  job: (title: string) => `The job “${title}” asks`,
  terminal: (folder: string) => `A terminal in ${folder} asks`,
  /** A line under the beginning of something long. */
  more: "This is only the beginning. All of it is in the file below.",
  allow: "Allow this?",
  says: "The agent says:",
  hidden: (names: readonly string[]) =>
    `⚠️ Contains hidden characters: ${names.join(", ")}. They are shown as ⟨U+…⟩.`,
  hint: "Tap a button, or write why not.",
  buttons: { once: "Allow", session: "Allow for this session", deny: "Deny" },
  terminalHint: "Tap a button, or reply to this message. The terminal waits for an answer, too.",
  plan: {
    head: "The plan is ready. Carry it out?",
    missing: "_The agent has not written it down. Ask for it, or look at what it said._",
    hint: "Tap a button, or write what to change.",
    approve: "Approve",
    goOn: "Keep planning",
    approved: "✅ Approved",
    goesOn: (words?: string) =>
      words === undefined ? "✏️ Keep planning" : `✏️ Keep planning: ${short(words)}`,
  },
  question: (header: string, number: number, of: number) =>
    [header || "A question", of > 1 ? `(${number} of ${of})` : ""].join(" ").trim(),
  choose: "Tap an answer, or just write your own.",
  chooseSeveral: "Tap all that fit, then Done. Or just write your answer.",
  write: "Write your answer.",
  /** In front of a label. */
  chosen: "✅ ",
  done: "Done",
  ends: {
    once: "✅ Allowed",
    session: "✅ Allowed for this session",
    denied: (reason?: string) => reason === undefined ? "🚫 Denied" : `🚫 Denied: ${short(reason)}`,
    answered: (answer: string) => `➡️ ${short(answer)}`,
    late: "⌛ Expired",
    takenBack: "Taken back",
    inTerminal: "➡️ Answered in the terminal, or no longer asked there",
    /** The terminal's own question stands. */
    leftToTerminal: "⌛ Expired here; the terminal still waits for an answer",
    /** A restart cut it off. */
    cutOff: "⏸ A restart came in between",
    /** The program ends while it is open. */
    asksAgain: "⏸ Restarting; I will ask again",
  },
  toasts: {
    notYours: "Only the person who asked can decide this.",
    over: "Already answered.",
    asksAgain: "Restarting; I will ask again.",
    /** Of a former run. */
    cutOff: "A restart came in between. If it still matters, I ask again below.",
    none: "Tap at least one, or write your answer.",
  },
  /** For the agent. */
  noAnswer: "The user did not answer in time.",
} as const;

function short(words: string): string {
  return shorten(words, ANSWER);
}
