/** How what runs by itself speaks to the user; implemented by the app. */
import type { Address } from "../conversation/address.ts";

export interface Notice {
  /** What it is about: the title of the job or hook. */
  title: string;
  /** The same key is not said twice to the same place, also after a restart. */
  key?: string;
  /** The job that fails again and again: it can be looked at and switched off right there. */
  failing?: string;
  /** The event of a webhook that was cut off: it can be run again right there, or dropped. */
  interrupted?: string;
  /**
   * Called when Telegram has what was `queued`, or when that has become impossible (`dropped`). Not
   * called when the program ends before; who has to know calls `deliver` with the same key again.
   */
  settled?(how: "delivered" | "dropped"): void;
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
