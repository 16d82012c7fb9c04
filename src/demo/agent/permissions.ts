/** When the demo agent asks before it runs a command, and what a "yes, always" covers. */

/** One of the `permission_suggestions` of a question, as Claude Code words them. */
export interface RuleUpdate {
  type: string;
  rules?: { toolName: string; ruleContent: string }[];
  behavior?: string;
  mode?: string;
  destination?: string;
}

/** Commands that only look; the real CLI does not ask for these either. */
const HARMLESS = /^(echo|ls|pwd|date|whoami|uname|cal|true)\b[^;&|<>`$\n]*$/;

/** What may run without a question. Starts empty and grows with the user's answers. */
export class Permissions {
  /** As `--permission-mode` names it. */
  mode: string;
  readonly #allowed: string[] = [];

  constructor(mode: string) {
    this.mode = mode;
  }

  /** Whether a command may run without asking. */
  allows(command: string): boolean {
    if (this.mode === "bypassPermissions") return true;
    return HARMLESS.test(command) || this.#allowed.some((rule) => covers(rule, command));
  }

  /** Rules to offer with the question: "this command, whatever its arguments". */
  suggestions(command: string): RuleUpdate[] {
    return [{
      type: "addRules",
      rules: [{ toolName: "Bash", ruleContent: `${command.trim().split(/\s+/)[0]} *` }],
      behavior: "allow",
      destination: "session",
    }];
  }

  /** Takes over what the user chose of the suggestions. */
  apply(updates: readonly RuleUpdate[]): void {
    for (const update of updates) {
      if (update.type === "setMode" && update.mode) this.mode = update.mode;
      if (update.type !== "addRules" || update.behavior !== "allow") continue;
      this.#allowed.push(...(update.rules ?? []).map((rule) => rule.ruleContent));
    }
  }
}

/** `touch *` covers `touch a && touch b`: every part of a compound command has to fit. */
function covers(rule: string, command: string): boolean {
  const parts = command.split(/&&|\|\||[;|\n]/).map((part) => part.trim());
  const start = rule.endsWith(" *") ? rule.slice(0, -2) : undefined;
  return parts.every((part) =>
    HARMLESS.test(part) ||
    (start === undefined ? part === rule : part === start || part.startsWith(`${start} `))
  );
}
