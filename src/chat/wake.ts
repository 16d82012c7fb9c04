/** Puts what a webhook wants into a conversation, as if it had been written there. */
import { plain } from "../jobs/texts.ts";
import type { Wake, WakeEnd } from "../webhooks/dispatch.ts";
import type { Address } from "../conversation/address.ts";
import type { Job } from "../conversation/conversation.ts";
import type { TurnEnd } from "../conversation/ending.ts";
import type { Request } from "../conversation/request.ts";
import type { Speaker } from "../conversation/speaker.ts";

export interface ConversationWakeOptions {
  /** Runs something in its place in the conversation. */
  inTurn(job: Omit<Job, "id"> & { address: Address }): void;
  /** Runs a request as a turn; does not throw. */
  turn(request: Request, signal: AbortSignal): Promise<TurnEnd>;
  speaker: Pick<Speaker, "say">;
  users(): readonly number[];
  /** Aborts when the program ends; what waits then waits for the next start. */
  signal: AbortSignal;
}

export class ConversationWake implements Wake {
  readonly #options: ConversationWakeOptions;

  constructor(options: ConversationWakeOptions) {
    this.#options = options;
  }

  run(
    { address, title, text, silent, project, began }: Parameters<Wake["run"]>[0],
  ): Promise<WakeEnd> {
    const { inTurn, turn, speaker, users, signal: ending } = this.#options;
    // A file names the conversation, and agents write files: strangers are not spoken to.
    if (address.chatId > 0 && !users().includes(address.chatId)) return Promise.resolve("failed");
    const userId = address.chatId > 0 ? address.chatId : users()[0] ?? 0;
    return new Promise((resolve, reject) => {
      inTurn({
        address,
        updateIds: [],
        tell(event) {
          const dropped = event === "cancelled" || event === "discarded";
          if (dropped && !ending.aborted) resolve("dropped");
        },
        async run(signal) {
          try {
            if (ending.aborted) return;
            await began();
            if (!silent) await speaker.say(address, `🔔 **${plain(title)}**`);
            const where = project === undefined ? {} : { project };
            const said = { text, silent, outside: true };
            const request = { updateIds: [], address, userId, ...said, ...where };
            const end = await turn(request, signal);
            resolve(end === "refused" || end === "asking" ? "failed" : end);
          } catch (error) {
            reject(error);
          }
        },
      });
    });
  }
}
