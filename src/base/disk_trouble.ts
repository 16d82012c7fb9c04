/** A disk that takes nothing more: what can be done without it is, and its owner is told. */
import { getLogger } from "@logtape/logtape";

const log = getLogger(["ductor", "store"]);

export type DiskTrouble = "full" | "read-only";

const TROUBLES: Readonly<Record<string, DiskTrouble>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "read-only",
};

/** Whether an error says that nothing can be written; undefined: it says something else. */
export function diskTroubleOf(error: unknown): DiskTrouble | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && Object.hasOwn(TROUBLES, code) ? TROUBLES[code] : undefined;
}

/**
 * The result of `write`, or nothing when the disk is full or read-only: for what is good to have
 * written, and no reason not to go on.
 *
 * @param what For the log: "The note of …".
 */
export async function ifDiskTakes<T>(
  what: string,
  write: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (!diskTroubleOf(error)) throw error;
    log.warn("{what} is left out: {error}", { what, error });
    return undefined;
  }
}
