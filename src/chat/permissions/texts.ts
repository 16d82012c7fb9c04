/** What the permission modes are called, and what their panel says. */
import type { PermissionMode } from "../../agents/agent.ts";

/** What the permission modes are called, and what each means. */
export const PERMISSION_TEXTS: Record<PermissionMode, { name: string; meaning: string }> = {
  bypassPermissions: {
    name: "Full access",
    meaning: "Does everything without asking. For a machine or container set aside for it.",
  },
  acceptEdits: {
    name: "Edits allowed",
    meaning: "Changes files in its folder without asking; asks before commands that do more.",
  },
  default: {
    name: "Ask first",
    meaning: "Asks in this chat before every change and every command that is not harmless.",
  },
  plan: {
    name: "Plan only",
    meaning: "Reads and thinks; changes nothing before you approve its plan.",
  },
};

export const texts = {
  title: "Permissions",
  intro: (project: string | undefined) =>
    `What the agent may do without asking you${project === undefined ? "" : ` in ${project}`}:`,
  now: (name: string) => `Now: ${name}.`,
  from: {
    now: "This applies from your next message on.",
    running: "The running answer continues as it began; this applies from the next message on.",
  },
} as const;
