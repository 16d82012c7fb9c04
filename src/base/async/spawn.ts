/** The only way not to await something. A promise that nobody looks after can end the program. */
import { getLogger } from "@logtape/logtape";

const log = getLogger(["ductor", "background"]);

/**
 * Lets `promise` run by itself; a failure goes to the log.
 *
 * @param label What it does, as the beginning of "… failed": "Reading the models".
 */
export function spawn(label: string, promise: Promise<unknown>): void {
  promise.catch((error) => log.error("{label} failed: {error}", { label, error }));
}
