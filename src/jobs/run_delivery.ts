/**
 * The last steps of a run: what came of it is handed to the chat, its record says how that went, and
 * its claim is given back. Until then a next life of the program finds the claim and goes on here.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { spawn } from "../base/async/spawn.ts";
import type { Address } from "../conversation/address.ts";
import type { Claim, CronState } from "./cron_state.ts";
import type { Notice, Notifier } from "./notifier.ts";
import type { RunRecord, RunStore } from "./run_records.ts";

const log = getLogger(["ductor", "automation"]);

export interface RunDeliveryOptions {
  state: CronState;
  runs: RunStore;
  notifier: Notifier;
}

/** A message that is on its way; in an object, so that `await` does not wait for it. */
export interface Arrival {
  /** The record as it will be when the message has arrived, or cannot arrive. */
  record: Promise<RunRecord>;
}

export class RunDelivery {
  readonly #options: RunDeliveryOptions;
  /** Deliveries that are being noted. */
  readonly #notes = new Set<Promise<void>>();

  constructor(options: RunDeliveryOptions) {
    this.#options = options;
  }

  /**
   * Says how a run went, and notes that it is said in its record.
   *
   * @returns `undefined` when the message has arrived already
   */
  async handOver(
    claim: Claim,
    record: RunRecord,
    target: Address | undefined,
    markdown: string,
    notice: Pick<Notice, "failing"> = {},
  ): Promise<Arrival | undefined> {
    const { notifier, runs } = this.#options;
    const end = Promise.withResolvers<"delivered" | "dropped">();
    const delivery = await notifier.deliver(target, markdown, {
      ...notice,
      title: claim.title,
      key: claim.run,
      settled: end.resolve,
    });
    await runs.write(claim.folder, { ...record, delivery });
    if (delivery === "delivered") return undefined;
    return { record: end.promise.then((delivery) => ({ ...record, delivery })) };
  }

  /**
   * Gives the claim back when the message has arrived, without waiting for it: the job may run again
   * meanwhile. If the program ends before, the next start looks how the message went.
   */
  async releaseAfter(arrival: Arrival | undefined, id: string, claim: Claim): Promise<void> {
    if (!arrival) return await this.release(id, claim);
    const note = async (record: RunRecord) => {
      await this.#options.runs.write(claim.folder, record);
      await this.release(id, claim);
    };
    const arrived = arrival.record.then((record) => {
      const noted = note(record)
        .catch((error) =>
          log.error("The delivery of {job} cannot be noted: {error}", { job: id, error })
        )
        .finally(() => this.#notes.delete(noted));
      this.#notes.add(noted);
    });
    spawn("Waiting for a delivery", arrived);
  }

  /** The run is over and nothing is left to do for it. */
  async release(id: string, claim: Claim): Promise<void> {
    await this.#options.state.set(id, (entry) => {
      entry.running = (entry.running ?? []).filter(({ run }) => run !== claim.run);
    });
  }

  /** Resolves when all deliveries there were so far are noted. */
  async noted(): Promise<void> {
    await Promise.all(this.#notes);
  }
}
