/** What is said around a question of the agent. `allow`, `choose`: Markdown; the rest plain text. */

export const texts = {
  allow: (title: string) => `**Allow this?** ${title}`,
  choose: (question: string) => `**${question}**\n\nTap an answer, or reply with your own.`,
  buttons: { once: "Allow", session: "Allow for this session", deny: "Deny" },
  ends: {
    once: "✅ Allowed",
    session: "✅ Allowed for this session",
    denied: (reason?: string) => reason === undefined ? "🚫 Denied" : `🚫 Denied: ${reason}`,
    answered: (answer: string) => `➡️ ${answer}`,
    late: "⌛ Expired",
    takenBack: "Taken back",
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
  },
  /** For the agent. */
  noAnswer: "The user did not answer in time.",
} as const;
