/**
 * Addresses of machines and networks, IPv4 and IPv6, as numbers of 128 bits: an IPv4 address is the
 * same whether it is written by itself or inside an IPv6 address.
 *
 * @module
 */

/** `10.0.0.0/8`, `fd00::/8`, or one address. */
export interface Network {
  address: bigint;
  /** Bits that count, of 128. */
  bits: number;
}

const BITS = 128;
const V4_IN_V6 = 0xffffn << 32n;

/** `undefined`: it is no address. */
export function addressOf(text: string): bigint | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (four) {
    if (four.some((part) => part > 255)) return undefined;
    return four.reduce((sum, part) => sum << 8n | BigInt(part), 0n) | V4_IN_V6;
  }
  // A zone says by which card of this machine.
  const bare = text.replace(/%[\w.-]+$/, "");
  if (!bare.includes(":") || !URL.canParse(`http://[${bare}]`)) return undefined;
  const [before = "", after] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split("::");
  const groups = (part = "") => part === "" ? [] : part.split(":");
  const [left, right] = [groups(before), groups(after)];
  const zeros = Array(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((sum, part) => sum << 16n | BigInt(`0x${part}`), 0n);
}

/** `undefined`: it is neither an address nor a network. */
export function networkOf(text: string): Network | undefined {
  const [, given = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const address = addressOf(given);
  if (address === undefined) return undefined;
  const offset = given.includes(":") ? 0 : 96;
  const bits = length === undefined ? BITS : Number(length) + offset;
  return bits > BITS ? undefined : { address, bits };
}

export function isIn(address: bigint, networks: readonly Network[]): boolean {
  return networks.some(({ address: other, bits }) => {
    const rest = BigInt(BITS - bits);
    return address >> rest === other >> rest;
  });
}

const LOOPBACK = ["127.0.0.0/8", "::1"].map((text) => networkOf(text)!);

/** Whether only this machine can be reached by it; names other than `localhost` are not looked up. */
export function isOfThisMachine(host: string): boolean {
  const address = addressOf(host);
  return address === undefined ? host.toLowerCase() === "localhost" : isIn(address, LOOPBACK);
}

export function isTrusted(hop: string, trusted: readonly Network[]): boolean {
  const address = addressOf(hop);
  return address !== undefined && isIn(address, trusted);
}

/**
 * Who a request comes from, as the proxies that are trusted say it: the last one on its way whom
 * none of them vouches for. What stands before that, anybody can have made up.
 *
 * @param peer Who is connected.
 * @param forwarded The values of `X-Forwarded-For`, each hop's last.
 * @returns The address as a number in hex, however it was written; `undefined`: it cannot be told.
 */
export function sourceOf(
  peer: string | undefined,
  forwarded: string | null | undefined,
  trusted: readonly Network[],
): string | undefined {
  const hops = [...forwarded?.split(",") ?? [], peer ?? ""].map(withoutPort);
  const from = hops.findLastIndex((hop) => !isTrusted(hop, trusted));
  // All of them are: the first one has asked, unless there is only the proxy.
  const hop = hops[from < 0 && hops.length > 1 ? 0 : from];
  return hop === undefined ? undefined : addressOf(hop)?.toString(16);
}

/** `192.0.2.1:4711` and `[2001:db8::1]:443`, as some proxies write. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  const [, six, four] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return six ?? four ?? text;
}
