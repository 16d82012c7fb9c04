/** Spoils JSON in every way another program may: for the readers of what it says. */
import fc from "fast-check";
import type { Json } from "./fake_child.ts";

/** What stands where something else should. */
export const JUNK: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e300,
  "",
  "junk",
  "constructor",
  "__proto__",
  [],
  [null],
  [[[]]],
  {},
  { id: null, type: "text" },
  // Cannot be made a string of: `${it}` throws.
  { toString: null, valueOf: 1 },
];

type Path = readonly (string | number)[];

/** Every place in a value, its own first. */
export function placesIn(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => placesIn(value[key], [...path, key]))];
}

/** A copy with `junk` at a place; without it: with nothing there. */
export function spoil(value: Json, [key, ...rest]: Path, ...junk: Json[]): Json {
  if (key === undefined) return structuredClone(junk[0]);
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  if (rest.length > 0) copy[key] = spoil(copy[key], rest, ...junk);
  else if (junk.length > 0) copy[key] = structuredClone(junk[0]);
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

/** Every value with exactly one thing wrong, everywhere and in every way. */
export function* spoiltOnce(value: Json): Generator<Json> {
  for (const path of placesIn(value)) {
    for (const junk of JUNK) yield spoil(value, path, junk);
    if (path.length > 0) yield spoil(value, path);
  }
}

/** One of the values with up to three things wrong. */
export function spoilt(values: readonly Json[]): fc.Arbitrary<Json> {
  const wrong = fc.tuple(fc.nat(), fc.option(fc.constantFrom(...JUNK), { nil: "gone" }));
  return fc.tuple(fc.constantFrom(...values), fc.array(wrong, { minLength: 1, maxLength: 3 }))
    .map(([value, wrongs]) =>
      wrongs.reduce((spoiled, [place, junk]) => {
        const places = placesIn(spoiled);
        const path = places[place % places.length]!;
        return junk === "gone" && path.length > 0
          ? spoil(spoiled, path)
          : spoil(spoiled, path, junk);
      }, value)
    );
}

/** As {@link fc.assert} takes it: the same runs each time. */
export const SEEDED = { seed: 20_261_123, numRuns: 400 } as const;
