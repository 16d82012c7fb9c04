import assert from "node:assert/strict";
import { addressOf, isIn, isOfThisMachine, networkOf, sourceOf } from "./addresses.ts";

const networks = (...texts: string[]) => texts.map((text) => networkOf(text)!);

Deno.test("addresses: however one is written, it is the same; what is none is none", () => {
  for (
    const [one, other] of [
      ["192.0.2.1", "::ffff:192.0.2.1"],
      ["192.0.2.1", "::FFFF:c000:201"],
      ["::1", "0:0:0:0:0:0:0:1"],
      ["2001:db8::a", "2001:0DB8:0:0::000a"],
      ["fe80::1%eth0", "fe80::1"],
    ]
  ) assert.equal(addressOf(one!), addressOf(other!), one);
  assert.notEqual(addressOf("::1"), addressOf("::2"));
  assert.equal(addressOf("::"), 0n);
  for (
    const text of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "::g", "1::2::3", "unknown"]
  ) assert.equal(addressOf(text), undefined, text);
});

Deno.test("addresses: a network has what is in it and nothing else, to its last address", () => {
  for (
    const [network, inside, outside] of [
      ["172.18.0.0/16", ["172.18.0.0", "172.18.255.255", "::ffff:172.18.3.4"], ["172.19.0.0"]],
      ["10.1.2.3", ["10.1.2.3"], ["10.1.2.2", "10.1.2.4"]],
      ["192.0.2.77/31", ["192.0.2.76", "192.0.2.77"], ["192.0.2.78"]],
      ["0.0.0.0/0", ["1.2.3.4"], ["::1", "2001:db8::1"]],
      ["fd00::/8", ["fd12:3456::1"], ["fe00::", "10.0.0.1"]],
      ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1"]],
      ["::/0", ["::1", "1.2.3.4"], []],
    ] as [string, string[], string[]][]
  ) {
    for (const text of inside) assert.ok(isIn(addressOf(text)!, networks(network)), text);
    for (const text of outside) assert.ok(!isIn(addressOf(text)!, networks(network)), text);
  }
  for (const text of ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "proxy", "a/8"]) {
    assert.equal(networkOf(text), undefined, text);
  }
});

Deno.test("addresses: which are of this machine alone", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost"]) {
    assert.ok(isOfThisMachine(host), host);
  }
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.com", ""]) {
    assert.ok(!isOfThisMachine(host), host);
  }
});

Deno.test("addresses: the source is the last hop that no trusted proxy vouches for", () => {
  const trusted = networks("127.0.0.0/8", "::1", "172.18.0.0/16", "fd00::/8");
  for (
    const [peer, forwarded, source] of [
      ["203.0.113.9", null, "203.0.113.9"],
      // Whoever connects without being trusted is believed nothing.
      ["203.0.113.9", "192.0.2.1", "203.0.113.9"],
      ["127.0.0.1", null, undefined],
      ["127.0.0.1", "192.0.2.1", "192.0.2.1"],
      ["::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
      ["172.18.0.2", "6.6.6.6, 192.0.2.1", "192.0.2.1"],
      ["172.18.0.2", "6.6.6.6, 192.0.2.1, 172.18.0.9,127.0.0.1", "192.0.2.1"],
      ["fd00::2", "2001:db8::7, fd00::3", "2001:db8::7"],
      ["172.18.0.2", "192.0.2.1:4711", "192.0.2.1"],
      ["172.18.0.2", "[2001:db8::7]:443", "2001:db8::7"],
      // All of them are trusted: a program beside them asks.
      ["172.18.0.2", "172.18.0.30", "172.18.0.30"],
      // What is no address tells nobody apart, and nothing in front of it counts.
      ["172.18.0.2", "192.0.2.1, unknown", undefined],
      ["172.18.0.2", "", undefined],
      [undefined, "192.0.2.1", undefined],
    ] as const
  ) {
    const expected = source === undefined ? undefined : addressOf(source)!.toString(16);
    assert.equal(sourceOf(peer, forwarded, trusted), expected, `${peer} for ${forwarded}`);
  }
});
