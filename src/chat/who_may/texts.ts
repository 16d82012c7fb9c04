/** What owners are told when the config lets more people in, or lets agents do more. Markdown. */
export const texts = {
  person: (id: number) =>
    `⚠️ **Somebody new is in the config**: \`allowed_user_ids\` now names ${id}. Whoever that is ` +
    "could have the agent do all that you can. I ignore them until you let them in.",
  looser: (key: string, from: string, to: string) =>
    "⚠️ **The config lets the agent do more without asking**: " +
    `\`${key}\` is now \`${to}\`; it was \`${from}\`. This is in use already.`,
  letIn: "Let them in",
  no: "No",
  undo: "Undo",
  isIn: (id: number) => `${id} may use this bot now.`,
  isOut: (id: number) => `${id} is no longer in the config.`,
  undone: (key: string, value: string) => `\`${key}\` is \`${value}\` again.`,
  over: "That has changed since",
} as const;
