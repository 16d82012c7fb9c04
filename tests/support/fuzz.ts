/** Runs a property on many made-up cases: few in the suite, as many as wanted by hand. */
import fc from "fast-check";
import { JUNK, placesIn, spoilt } from "./junk.ts";
import type { Json } from "./fake_child.ts";

/** `FUZZ_RUNS=10000 FUZZ_SEED=7 deno test -A tests/properties` tries others. */
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20_261_125);
const RUNS = Deno.env.get("FUZZ_RUNS");

/** How many cases are made, of which the suite makes `few`. */
export function runs(few: number): number {
  return RUNS === undefined ? few : Number(RUNS);
}

/** A failure names the seed and the smallest case. */
export async function fuzz<T>(
  cases: fc.Arbitrary<T>,
  holds: (one: T) => void | Promise<void>,
  few = 100,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      await holds(one);
    }),
    { seed: SEED, numRuns: runs(few) },
  );
}

/** Cases one after the other, where a property would be too slow to begin anew each time. */
export function samples<T>(cases: fc.Arbitrary<T>, few: number): T[] {
  return fc.sample(cases, { seed: SEED, numRuns: runs(few) });
}

/** Keys that objects have anyway, or that are meant for others. */
const KEYS = ["constructor", "__proto__", "toString", "id", "type", "", "a.b", "\u202e"];

/** Any JSON, with names that mean something to JavaScript. */
export function anyJson(): fc.Arbitrary<Json> {
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...JUNK),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.double(),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie("tree"), { maxKeys: 4 }),
    ),
  }));
  return tree;
}

/** One of the values, as it is, with things wrong in it, or something else altogether. */
export function near(values: readonly Json[]): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...values) },
    { weight: 8, arbitrary: spoilt(values) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...values), fc.nat(), anyJson()).map(
        ([value, at, new_]) => {
          const places = placesIn(value);
          return replaced(value, places[at % places.length]!, new_);
        },
      ),
    },
    { weight: 1, arbitrary: anyJson() },
  );
}

function replaced(value: Json, [key, ...rest]: readonly (string | number)[], by: Json): Json {
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** The text of a file: such JSON, also cut off, doubled, or with bytes that are no text in it. */
export function fileOf(values: readonly Json[]): fc.Arbitrary<Uint8Array> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const whole = near(values).map((value) => encode(JSON.stringify(value) ?? ""));
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    {
      weight: 2,
      arbitrary: fc.tuple(whole, fc.nat(), fc.uint8Array({ maxLength: 4 })).map(
        ([bytes, at, junk]) => {
          const cut = at % (bytes.length + 1);
          return new Uint8Array([...bytes.subarray(0, cut), ...junk, ...bytes.subarray(cut)]);
        },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(whole, fc.nat()).map(([bytes, at]) =>
        bytes.subarray(0, at % (bytes.length + 1))
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
}
