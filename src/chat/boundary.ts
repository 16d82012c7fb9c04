/**
 * The one place where a command, a press or a panel may fail. Whoever asked for it is told in the
 * chat what failed and what to do, the log has the whole error, and nothing else is affected.
 */
import { getLogger } from "@logtape/logtape";
import { deniedText } from "../base/denied.ts";
import { redact } from "../base/redaction.ts";
import type { Address } from "../conversation/address.ts";
import type { Outbox } from "../telegram/outbox.ts";
import { oneLine, shorten } from "../base/text.ts";
import { nameOf, textOf } from "../telegram/text.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram"]);

/** Longest cause that is shown, characters; the log has all of it. */
const CAUSE = 300;

export interface BoundaryOptions {
  outbox: Pick<Outbox, "send">;
  /** What must not appear in a chat. */
  secrets(): readonly string[];
}

/** How it went: with its result, or failed, which has been said already. */
export type Outcome<T> = { ok: true; value: T } | { ok: false };

export class Boundary {
  readonly #options: BoundaryOptions;

  constructor(options: BoundaryOptions) {
    this.#options = options;
  }

  /**
   * Begins `act` before it returns, and never rejects.
   *
   * @param what The subject of the sentence that tells of a failure: `/status`, `This button`.
   */
  async run<T>(
    address: Address,
    what: string,
    act: () => T | Promise<T>,
  ): Promise<Outcome<T>> {
    try {
      return { ok: true, value: await act() };
    } catch (error) {
      const denied = deniedText(error);
      if (denied !== undefined) log.error("{denied}", { denied });
      log.error("{what} failed: {error}", { what, error });
      const text = texts.failed(what, causeOf(error, this.#options.secrets()));
      await this.#options.outbox.send(address, { pieces: [textOf([text])] }).catch((error) =>
        log.error("Nobody was told that {what} failed: {error}", { what, error })
      );
      return { ok: false };
    }
  }
}

function causeOf(error: unknown, secrets: readonly string[]): string {
  const message = deniedText(error) ?? (error instanceof Error ? error.message : String(error));
  return shorten(redact(nameOf(oneLine(message)), secrets), CAUSE);
}
