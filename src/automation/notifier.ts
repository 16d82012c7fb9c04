/** How what runs by itself speaks to the user; implemented by the app. */
import type { Address } from "../conversation/address.ts";

export interface Notice {
  /** What it is about: the title of the job or hook. */
  title: string;
  /** The same key is not said twice to the same place while the bot runs. */
  key?: string;
}

export interface Notifier {
  /**
   * Says something in the conversation `target`, else to every allowed user. Resolves when it is on
   * disk and will arrive (`queued`), or when Telegram has it already. One place that cannot be
   * spoken to does not keep the others from hearing it.
   *
   * @throws when it could not be put on disk for anybody
   */
  deliver(
    target: Address | undefined,
    markdown: string,
    notice: Notice,
  ): Promise<"delivered" | "queued">;
}
