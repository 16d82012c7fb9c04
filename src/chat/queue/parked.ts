/**
 * Requests that could not be answered are parked until the user has decided: run them again, now or
 * later, or drop them. Every decision is on disk before anything of it shows.
 */
import { sleepUntil } from "../../base/async/sleep.ts";
import { isProvider, type ProviderName } from "../../agents/provider.ts";
import { spawn } from "../../base/async/spawn.ts";
import type { Update } from "grammy/types";
import type { Clock } from "../../base/clock.ts";
import type { Decision, Inbox, Parked } from "../../conversation/inbox.ts";
import type { Request } from "../../conversation/request.ts";
import type { Press } from "../presses.ts";

/** What nobody decided about for this long is forgotten. */
const PARKED_MS = 48 * 3_600_000;

export interface ParkedRequestsOptions {
  inbox: Pick<Inbox<Update>, "get" | "decide" | "entries" | "done">;
  clock: Clock;
  /** Aborts when the program ends. */
  signal: AbortSignal;
  submit(request: Request): void;
  /** Makes a request of its updates again. */
  request(updates: readonly Update[]): Promise<Request | undefined>;
}

export class ParkedRequests {
  readonly #options: ParkedRequestsOptions;

  constructor(options: ParkedRequestsOptions) {
    this.#options = options;
  }

  /**
   * Runs a parked request, now.
   *
   * @param press What was pressed; it is done with this. Absent: its time has come.
   * @param provider Who is asked; the conversation goes on with it once it has answered.
   * @returns Whether this decided about it, as for {@link later} and {@link drop}.
   */
  async again(updateId: number, press?: Press, provider?: ProviderName): Promise<boolean> {
    const { inbox, submit } = this.#options;
    const ids = inbox.get(updateId)?.parked?.ids ?? [];
    if (!await this.#decide(updateId, { to: "waiting", provider }, press)) return false;
    const chosen = inbox.get(updateId)?.parked;
    const request = await this.#options.request(ids.flatMap((id) => inbox.get(id)?.update ?? []));
    if (request) submit(chosen ? askedOf(request, chosen) : request);
    return true;
  }

  /** Runs a parked request by itself when its time has come, also after a restart. */
  async later(updateId: number, until: number, press: Press): Promise<boolean> {
    if (!await this.#decide(updateId, { to: "parked", until }, press)) return false;
    this.#await(updateId, until);
    return true;
  }

  drop(updateId: number, press: Press): Promise<boolean> {
    return this.#decide(updateId, { to: "done" }, press);
  }

  /** Goes on after a restart with what waits for a time, and forgets what is too old. */
  async resume(): Promise<void> {
    const { inbox, clock } = this.#options;
    for (const { update, state, parked } of inbox.entries()) {
      if (state !== "parked" || !parked || parked.ids[0] !== update.update_id) continue;
      if (parked.until !== undefined) this.#await(update.update_id, parked.until);
      else if (clock.now() - sentAt(update) > PARKED_MS) await inbox.done(parked.ids);
    }
  }

  async #decide(
    updateId: number,
    decision: Pick<Decision, "to" | "until" | "provider">,
    press: Press | undefined,
  ): Promise<boolean> {
    const { inbox } = this.#options;
    const ids = inbox.get(updateId)?.parked?.ids ?? [];
    return await inbox.decide({
      ids,
      ...decision,
      ...press && { press: { id: press.updateId, message: press.message.message_id } },
    });
  }

  #await(updateId: number, until: number): void {
    const { clock, inbox, signal } = this.#options;
    const wait = async () => {
      await sleepUntil(until, clock, signal);
      // Changed meanwhile: run by hand, dropped, or told another time.
      if (signal.aborted || inbox.get(updateId)?.parked?.until !== until) return;
      await this.again(updateId);
    };
    spawn("Running a message that waited", wait());
  }
}

/** The request, for whom it was decided to ask. */
export function askedOf(request: Request, { provider = "" }: Pick<Parked, "provider">): Request {
  return isProvider(provider) ? { ...request, provider } : request;
}

function sentAt({ message, callback_query: query }: Update): number {
  return ((message ?? query?.message)?.date ?? 0) * 1000;
}
