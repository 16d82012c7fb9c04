/** What `/cron` and its panel say. Plain text. */
import { counted } from "../../base/text.ts";

export const texts = {
  description: "Scheduled jobs",
  notValid: "not valid",
  none: "No jobs yet",
  ask: "Ask the agent for one, such as ",
  example: "“every weekday at 7:30, tell me what is in my calendar”",
  title: "Jobs",
  summary: (jobs: number, { page, pages }: { page: number; pages: number }) =>
    `${pages > 1 ? `Page ${page + 1} of ${pages}, ` : ""}${counted(jobs, "job")}`,
  next: (time: string) => `, next ${time}`,
  last: (status: string) => `last: ${status}`,
  show: "Show",
  pause: "Pause",
  buttons: {
    refresh: "Refresh",
    allOn: "All on",
    allOff: "All off",
    disable: (number: number) => `${number}. Disable`,
    enable: (number: number) => `${number}. Enable`,
    run: "Run now",
    results: "Results",
    back: "◀ Jobs",
  },
  nothingToChange: "Nothing to change.",
  switchedAll: (jobs: number, on: boolean) =>
    `${counted(jobs, "job")} switched ${on ? "on" : "off"}.`,
  switched: (name: string, on: boolean) => `${name} is switched ${on ? "on" : "off"}.`,
  listChanged: "The list has changed; nothing was done.",
  tooOld: "That button is too old.",
  running: (name: string) => `${name} is already running.`,
  started: (name: string) => `${name} is running now; its result comes as a message.`,
  lastRuns: (name: string) => `Last runs of ${name}`,
  neverRun: "It has not run yet.",
} as const;
