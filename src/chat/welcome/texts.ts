/** What `/start` says. */

export const texts = {
  description: "Say hello",
  hello: (name: string) => `Hello${name === "" ? "" : `, ${name}`}!`,
  about: "I am ductor. What you write here goes to the agent on your own machine, and its answer " +
    "appears here as it is written.",
  how: "Just write. /model changes who answers, /stop ends a running answer, /help lists the rest.",
  noAgent: (titles: string) =>
    `⚠️ No agent is installed on this machine yet. /model shows how to install ${titles}.`,
  answering: "Answering: ",
  with: (model: string) => ` with ${model}`,
  others: (names: readonly string[]) => `Also here: ${names.join(", ")}`,
  loggedOut: (name: string) => `⚠️ ${name} is not logged in yet.`,
} as const;
