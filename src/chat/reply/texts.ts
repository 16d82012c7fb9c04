/** What is said while an answer is written and under it when it ends. Markdown, but for labels. */
import { counted, duration } from "../../base/text.ts";

export const texts = {
  /** While it is written; plain text. */
  status: {
    thinking: "💭 Thinking…",
    thought: (thought: string) => `💭 ${thought}`,
    tools: (tools: readonly string[], input: string) =>
      `⚙️ ${tools.join(" · ")}${input ? `: ${input}` : ""}`,
    times: (tool: string, times: number) => times > 1 ? `${tool} ×${times}` : tool,
    lasting: (step: string, ms: number) => `${step} · ${duration(ms)}`,
    notice: (text: string) => `⏳ ${text}`,
    compacting: "Shortening the conversation so far…",
    retrying: "The service is busy, trying again…",
  },
  /** With buttons and nothing to say. */
  choose: "Please choose:",
  /** Markers that led to nothing. */
  done: "Done.",
  /** Under the beginning of an answer that is too long for messages. */
  long: "_This is only the beginning. The whole answer is in the file below._",
  /** The same, when Telegram does not take the file. */
  longKept: "_This is only the beginning. The whole answer is kept in `output_to_user`._",
  /** In place of the rest of it. */
  longLost: "⚠️ The answer goes on, but the rest could not be kept as a file; the log says why.",
  stopped: "_Stopped._",
  nothingSaid: "_Done; the agent had nothing to say._",
  /** After `/compact`. */
  shortened: "The conversation so far is shortened.",
  noProject: (name: string, folder: string | undefined) =>
    folder === undefined
      ? `⚠️ There is no project ${name} any more, so nothing was done. Put it back into \`projects\` ` +
        "in the config, or work somewhere else."
      : `⚠️ The folder of the project ${name} is not there, so nothing was done: \`${folder}\`. ` +
        "Put it back, or work somewhere else.",
  otherProject: "Work elsewhere",
  programEnds: "⏸ ductor is shutting down, so this was left unfinished.",
  fault: "⚠️ Something went wrong inside ductor; the log says what. Your session is kept.",
  /** @param resets When, as `at 14:00`. */
  failed: (message: string, resets: string | undefined) =>
    `⚠️ ${message}${resets === undefined ? "" : ` It resets ${resets}.`}`,
  /** Under a refusal. */
  deadEnd: (provider: string) =>
    `${provider}'s service refuses this conversation every time, because of what stands in it. ` +
    "A new session starts without it.",
  newSession: "New session",
  freshSession: "_Your earlier session could not be continued, so this is a fresh one._",
  withoutSession: "_Answered without this conversation, of which this agent keeps no copies._",
  /** Above an answer. */
  aside: "**Aside:** ",
  background: (title: string) => `**In the background:** ${title}\n\n`,
  oldSession: (hours: number) => {
    const age = hours < 48
      ? counted(Math.floor(hours), "hour")
      : counted(Math.floor(hours / 24), "day");
    return `_This session is ${age} old. /new starts a fresh one._`;
  },
  noQuestion: (model: string) =>
    `Write your question after it: \`@${model} your question\` asks that model once.`,
  /** @param again Whether it had been given up for the other. */
  takenBack: (refused: string, used: string, again: boolean) =>
    `This conversation ${again ? "is back on" : "stays on"} ${used}, ` +
    `as ${refused} could not be used.`,
  defaultModel: (provider: string) => `the default model of ${provider}`,
  withEffort: (model: string, effort: string) =>
    `${model} with ${effort === "" ? "its usual effort" : `effort ${effort}`}`,
  chooseModel: "Choose a model",
  logIn: "Log in",
  again: "Try again",
  drop: "Drop",
  continue: (when: string) => `Continue ${when}`,
  switchTo: (provider: string) => `Switch to ${provider}`,
} as const;

/** Above an answer that its chat has not taken; plain text. */
export const refusedTexts = {
  chat: (chatId: number) => `${chatId < 0 ? "Group" : "Chat"} ${chatId}`,
  topic: (threadId: number) => ` (topic ${threadId})`,
  notTaken: (why: string) => ` does not take this answer: ${why}. Here it is:`,
  /** By a sign in Telegram's words, in lower case. */
  reasons: [
    [/topic_closed/, "the topic is closed"],
    [/blocked/, "I am blocked there"],
    [/kicked|not a member|channel_private/, "I am no longer a member"],
    [/group chat was deleted/, "the group was deleted"],
    [/deactivated/, "the account was deleted"],
    [/chat not found|initiate/, "nobody has started a chat with me there"],
    [/rights|forbidden|restricted|access|banned|admin/, "I may not write there"],
  ] as const satisfies readonly (readonly [RegExp, string])[],
};
