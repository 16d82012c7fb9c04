/** Who sends a request, as far as it can be told: failures are counted by that. */
import { getLogger } from "@logtape/logtape";
import { isTrusted, type Network, networkOf, sourceOf } from "../base/addresses.ts";

const log = getLogger(["ductor", "webhooks"]);

export class Sources {
  #proxies: { names: readonly string[]; networks: Network[] } = { names: [], networks: [] };
  /** That an address looks like a proxy is said once. */
  #hinted = false;

  /**
   * @param peer Who is connected.
   * @param forwarded The value of `X-Forwarded-For`.
   * @param names `webhooks.trusted_proxies`
   * @returns `undefined`: those behind a proxy cannot be told apart
   */
  of(
    peer: string | undefined,
    forwarded: string | undefined,
    names: readonly string[],
  ): string | undefined {
    if (this.#proxies.names !== names) {
      this.#proxies = { names, networks: names.flatMap((name) => networkOf(name) ?? []) };
    }
    const { networks } = this.#proxies;
    if (forwarded && peer && !this.#hinted && !isTrusted(peer, networks)) {
      this.#hinted = true;
      log.warn(
        "{peer} sends X-Forwarded-For and is not in webhooks.trusted_proxies, so all who come " +
          "through it count as one sender. If it is your proxy, add it",
        { peer },
      );
    }
    return sourceOf(peer, forwarded, networks);
  }
}
