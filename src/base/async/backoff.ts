/** How long to wait before trying again: longer each time, and not all at the same moment. */

export interface BackoffOptions {
  /** The wait after the first failure, ms. */
  first: number;
  /** The longest wait, ms. */
  most: number;
  /**
   * Spreads the waits over the upper half of what they would be, so that many who failed together
   * don't come back together. Left out: the waits are exact, for when a user is told of them.
   */
  random?: (() => number) | undefined;
}

/** @returns how long to wait, ms, after so many failures in a row (1 is the first) */
export function backoff({ first, most, random }: BackoffOptions): (failures: number) => number {
  return (failures) => {
    const full = Math.min(first * 2 ** Math.max(0, failures - 1), most);
    return random ? full / 2 + random() * full / 2 : full;
  };
}
