/** Whether Telegram answers: since when, or since when it has not. */
import { type Clock, systemClock } from "../base/clock.ts";

/** Times in milliseconds since the epoch. */
export interface TelegramState {
  /** When it last answered as it should. */
  answeredAt?: number | undefined;
  /** Since when it has not, and what came instead. */
  failingSince?: number | undefined;
  failure?: string | undefined;
}

export class Liveness {
  readonly #clock: Pick<Clock, "now">;
  #state: TelegramState = {};

  constructor(clock: Pick<Clock, "now"> = systemClock) {
    this.#clock = clock;
  }

  get state(): TelegramState {
    return this.#state;
  }

  answered(): void {
    this.#state = { answeredAt: this.#clock.now() };
  }

  failed(failure: string): void {
    const { answeredAt, failingSince = this.#clock.now() } = this.#state;
    this.#state = { answeredAt, failingSince, failure };
  }
}

/** The same for programs, with times in ISO 8601. */
export function telegramJson({ answeredAt, failingSince, failure }: TelegramState) {
  return {
    ...answeredAt !== undefined && { answered_at: new Date(answeredAt).toISOString() },
    ...failingSince !== undefined && { failing_since: new Date(failingSince).toISOString() },
    ...failure !== undefined && { failure },
  };
}
