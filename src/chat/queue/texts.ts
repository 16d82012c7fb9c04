/** What is said about requests that wait, were cut off, or could not be answered. Plain text, but for `interrupted`. */
import type { JobEvent } from "../../conversation/conversation.ts";

export const texts = {
  waiting: "[Message in queue...]",
  cancel: "Cancel message",
  gone: (event: Exclude<JobEvent, "waiting" | "starting" | "cancelled">) => `[Message ${event}.]`,
  interrupted: (excerpt: string) => `I was interrupted while working on “${excerpt}”.`,
  yourFile: "the file you sent",
  again: "Run again",
  drop: "Drop",
  later: (when: string) => `I will continue with it by myself ${when}.`,
  lost: "I no longer have that message. Please send it again.",
  toasts: {
    done: "Already done or dropped.",
    waiting: "Already waiting for its turn.",
    running: "Already running.",
    pressed: "Already pressed.",
  },
} as const;
