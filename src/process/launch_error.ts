/** A child could not be started. The message is for the user. */
export class LaunchError extends Error {
  override name = "LaunchError";

  /**
   * @param kind `not_found`: there is no such command; `crash`: the system did not start it
   * @param detail the system's own words
   */
  constructor(readonly kind: "not_found" | "crash", message: string, readonly detail?: string) {
    super(message);
  }
}
