/** What is said about models. Plain text, but for `unknown`. */
import { counted } from "../../base/text.ts";

export const texts = {
  description: "Show or change the model",
  default: "the default model",
  unknown(name: string, near: readonly string[]): string {
    const hint = near.length > 0
      ? ` Did you mean ${near.map((name) => `\`${name}\``).join(", ")}?`
      : "";
    return `I know no model called “${name}”.${hint}`;
  },
  already: "This conversation already uses ",
  model: "Model: ",
  now: "Now: ",
  of: (provider: string) => ` of ${provider}`,
  effort: (effort: string) => effort === "" ? "" : `, effort ${effort}`,
  from: {
    now: " This applies from your next message on.",
    running:
      " The running answer finishes with the old one; this applies from the next message on.",
  },
  kept: (provider: string, messages: number) =>
    `The session with ${provider} is kept (${counted(messages, "message")}).`,
  earlier: (provider: string, messages: number) =>
    `It continues your earlier session with ${provider} (${counted(messages, "message")}); ` +
    "/new starts a new one.",
  changed: "Model changed",
  changeAgain: "Change again",
  notOffered: "That model is no longer offered.",
  title: "Model",
  models: (provider: string) => `Models of ${provider}`,
  asking: (provider: string) => `Asking ${provider} what it offers…`,
  whose: "Who should answer?",
  noModels: (provider: string) => `${provider} names no models.`,
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  back: "‹ Back",
  howHard: "How hard should it think? More takes longer and uses more of your limit.",
  usual: (effort: string) => `As it usually does${effort === "" ? "" : ` (${effort})`}`,
  none: {
    title: "No agent is installed",
    how: "Install one of them on this machine, and log in there:",
    again: "Look again",
  },
} as const;
