/** What is said where no feature has a text of its own. Plain text. */

export const texts = {
  /** @param what The subject of the sentence. */
  failed: (what: string, cause: string) =>
    `⚠️ ${what} did not work: ${cause}${/[.!?…]$/.test(cause) ? "" : "."} Try again; /diagnose ` +
    "shows the log.",
  command: (name: string) => `/${name}`,
  button: "This button",
  message: "Your message",
  toasts: {
    failed: "That did not work.",
    tooOld: "This button is too old.",
  },
  /** Markdown. */
  sandbox: {
    building:
      "🐳 **Building the sandbox.** The first time this takes a few minutes; what you ask " +
      "in the meantime is answered afterwards.",
    built: "🐳 **The sandbox is ready.**",
    failed: (cause: string) => `⚠️ ${cause}`,
    loginChanged: (title: string) =>
      `⚠️ **Something in the sandbox changed the login of ${title} there.** Your own login is ` +
      "untouched, and ductor puts it back in. If that was not you, look at what the agents did.",
  },
  /** What an agent asked of its own bot. Markdown. */
  wishes: {
    restart: (asked: string) => `The agent asked for \`${asked}\`. Restarting…`,
    stop: (asked: string) => `The agent asked for \`${asked}\`. ductor ends now.`,
    run: (asked: string) => `The agent asked for \`${asked}\`. It runs now.`,
    cannot: (asked: string) =>
      `The agent asked for \`${asked}\`, but nothing would start ductor again here. It goes on.`,
  },
  /** A message was changed that is not taken anew. */
  edited: {
    late: "I am already working on that message as it was. Send the change as a new message.",
    stays: "That message stays as it was. Send the change as a new message.",
  },
  unreadable: "I cannot read this kind of message.",
} as const;
