/** What the user is told about what came in. `tooLarge`, `notFetched`: Markdown; the rest plain text. */

export const texts = {
  tooLarge: (file: string, largest: string) =>
    `⚠️ I cannot open ${file}: it is larger than the ${largest} a bot may fetch from Telegram. Put it ` +
    "on this computer another way and tell me where it is.",
  notFetched: (file: string, cause: string) => `⚠️ I could not fetch ${file}: ${cause}.`,
  /** Under the message whose button was pressed. */
  answer: (label: string) => `[USER ANSWER] ${label}`,
  answered: "Already answered.",
} as const;
