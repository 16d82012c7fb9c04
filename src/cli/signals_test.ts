import { strict as assert } from "node:assert";
import { untilSignal } from "./signals.ts";

Deno.test("K4.5 signals: repeats within a second are one, a later one ends the program at once", () => {
  let time = 5;
  const exits: number[] = [];
  const handlers = new Map<string, () => void>();
  const parts = {
    on: (name: Deno.Signal, handle: () => void) => void handlers.set(name, handle),
    off: (name: Deno.Signal) => void handlers.delete(name),
    now: () => time,
    exit: (code: number) => void exits.push(code),
  };
  {
    using signals = untilSignal(parts);
    const press = () => handlers.get("SIGINT")!();
    assert.equal(signals.signal.aborted, false);
    press();
    assert.equal(signals.signal.aborted, true);
    press();
    time += 999;
    press();
    assert.deepEqual(exits, []);
    time += 1;
    press();
    assert.deepEqual(exits, [130]);
  }
  assert.equal(handlers.size, 0);
});
