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
    cutOff: "⌛ Expired: the agent is no longer waiting for this",
  },
  toasts: {
    notYours: "Only the person who asked can decide this.",
    over: "Already answered.",
  },
  /** For the agent. */
  noAnswer: "The user did not answer in time.",
} as const;
