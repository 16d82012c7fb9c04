/**
 * Reads what another program says. Nothing of it is promised, so it is `unknown` until one of these
 * has looked at it: a part that is not what it should be counts as missing, and costs no more than
 * that. Fields that nobody names stay as they are.
 */

/** The value, when it is what it should be. */
export type Read<T> = (value: unknown) => T | undefined;

/** How to read each field of an object; the compiler sees to it that none is forgotten. */
export type Fields<T> = { readonly [K in keyof T]-?: Read<T[K]> };

export const anything: Read<unknown> = (value) => value;
export const text: Read<string> = (value) => typeof value === "string" ? value : undefined;
export const flag: Read<boolean> = (value) => typeof value === "boolean" ? value : undefined;

export const number: Read<number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A whole number that is told apart from its neighbours, as ids have to be. */
export const integer: Read<number> = (value) =>
  Number.isSafeInteger(value) ? value as number : undefined;

/** Seconds since the epoch, of a time that a Date can hold. */
export const seconds: Read<number> = (value) => {
  const found = number(value);
  return found !== undefined && Math.abs(found) <= 8.64e12 ? found : undefined;
};

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value that should be something else is called: `a list`, `null`, `a number`. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value)
    ? "a list"
    : typeof value === "object"
    ? "an object"
    : `a ${typeof value}`;
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value) => value === null ? null : read(value);
}

/** What the first of the two makes of the value, or else the second. */
export function either<A, B>(one: Read<A>, other: Read<B>): Read<A | B> {
  return (value) => one(value) ?? other(value);
}

/** A list of what can be read of it. */
export function list<T>(read: Read<T>): Read<T[]> {
  return (value) =>
    !Array.isArray(value) ? undefined : value.flatMap((each) => {
      const found = read(each);
      return found === undefined ? [] : [found];
    });
}

/** @param needed Fields without which it is worth nothing. */
export function object<T>(fields: Fields<T>, ...needed: (keyof T & string)[]): Read<T> {
  const readers = Object.entries<Read<unknown>>(fields);
  return (value) => {
    if (!isObject(value)) return undefined;
    const found = { ...value };
    for (const [name, read] of readers) {
      if (!Object.hasOwn(found, name)) continue;
      const field = read(found[name]);
      if (field === undefined) delete found[name];
      else found[name] = field;
    }
    return needed.every((name) => Object.hasOwn(found, name)) ? found as T : undefined;
  };
}
