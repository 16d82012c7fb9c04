/** What ductor adds to some prompts, unseen by the user. */

/** The memory is brought to mind with each such message of a session: the 6th, the 12th, … */
export const REMIND_EVERY = 6;

const reminder = (at: string) =>
  "[ductor, not the user: look over this conversation for what belongs into " +
  `${at}memory_system/MAINMEMORY.md, and write it now. Also think of ${at}tools/user_tools/ and ` +
  `${at}cron_tasks/: is a script or ` +
  "a task worth making? Do it silently and answer the message above as if this were not here; at " +
  "most one question more, if it comes naturally.]";

const flush = (at: string) =>
  "[ductor, not the user: this conversation was just shortened to fit. Before details fade further, " +
  `write what must last into ${at}memory_system/MAINMEMORY.md now, silently, and answer the message above ` +
  "as if this were not here.]";

/**
 * What is added to the message that is number `messageCount` of its session, counted from 1; empty
 * for most.
 *
 * @param compacted Whether the CLI has shortened the session since the last message.
 * @param at What stands before paths in the workspace.
 */
export function promptSuffix(messageCount: number, compacted = false, at = ""): string {
  if (compacted) return `\n\n${flush(at)}`;
  if (messageCount > 0 && messageCount % REMIND_EVERY === 0) return `\n\n${reminder(at)}`;
  return "";
}

/** Whether a text is a command of the CLI's own, which takes no additions. */
export function isCommand(text: string): boolean {
  return text.startsWith("/");
}

/**
 * Completes the prompts of conversations. The CLIs announce that they shorten a session when they
 * begin to, in the middle of a turn, and take no message until that is over. So what can be done is
 * to ask with the next message, while the summary is fresh and the files of the turn are at hand.
 */
export class PromptHooks {
  readonly #compacted = new Set<string>();

  /** Notes that the session of this conversation was shortened. */
  compacting(key: string): void {
    this.#compacted.add(key);
  }

  /** The text for the agent. One that is a command of the CLI's own stays as it is. */
  complete(key: string, text: string, messageCount: number, at = ""): string {
    if (isCommand(text)) return text;
    return text + promptSuffix(messageCount, this.#compacted.delete(key), at);
  }
}
