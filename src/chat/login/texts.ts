/** What is said of logging in from the chat. Markdown, but for toasts and buttons. */
export const texts = {
  description: "Log an agent in",
  which: (names: readonly string[]) =>
    `Say which: ${names.map((name) => `\`/login ${name}\``).join(", ")}.`,
  onlyOwner: "Only the owner can log in, in the private chat with me.",
  sandbox: "With the sandbox, log in on the computer ductor runs on.",
  begins: (name: string) => `🔑 Logging in to ${name}…`,
  open: (name: string, link: string) => `Open this link and sign in to ${name}:\n\n${link}`,
  code: (code: string) => `There, enter this code, which nobody but you should get: \`${code}\``,
  paste:
    "You get a code at the end. **Reply to this message with it.** It goes to the program alone, is " +
    "not kept, and your message is deleted.",
  got: "The code is with the program…",
  done: (name: string) => `✅ ${name} is logged in. Send your message again.`,
  failed: (name: string, why: string) => `⚠️ The login to ${name} did not work: ${why}`,
  late: (name: string) =>
    `⚠️ The login to ${name} was not finished in time and is ended. /login begins again.`,
  /** For `/stop`. */
  title: (name: string) => `the login to ${name}`,
} as const;
