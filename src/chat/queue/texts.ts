/** What is said about requests that wait, were cut off, or could not be answered. Plain text, but for `interrupted`. */
export const texts = {
  waiting: "[Message in queue...]",
  send: "Send now",
  cancel: "Cancel",
  sent: "[Message sent. The agent takes it as soon as this step is done...]",
  taken: (when: string) => `[Message taken into the running answer ${when}.]`,
  interrupted: (excerpt: string) => `I was interrupted while working on “${excerpt}”.`,
  yourFile: "the file you sent",
  again: "Run again",
  drop: "Drop",
  later: (when: string) => `I will continue with it by myself ${when}.`,
  /** For the agent. */
  goOn:
    "[ductor was restarted while you waited for the user's answer or permission, so nobody has " +
    "decided. What you did before is done: do not do it again. Ask again, with the same tool and " +
    "the same input, and go on from there.]",
  lost: "I no longer have that message. Please send it again.",
  toasts: {
    done: "Already done or dropped.",
    waiting: "Already waiting for its turn.",
    begun: "It no longer waits.",
    cannot: "The agent cannot take it now. It keeps its place in the queue.",
    running: "Already running.",
    pressed: "Already pressed.",
  },
} as const;
