/**
 * The environment of this program. The bot's thread may not look at the real one: it is handed what
 * the program was started with, and from then on has its own, as {@link handOver} was given it.
 *
 * @module
 */

/** As much of `Deno.env` as is used. */
export type ProcessEnv = Pick<Deno.Env, "get" | "set" | "delete" | "toObject">;

let current: ProcessEnv = Deno.env;

/** Like `Deno.env`, wherever it is called. */
export const processEnv: ProcessEnv = {
  get: (name) => current.get(name),
  set: (name, value) => current.set(name, value),
  delete: (name) => current.delete(name),
  toObject: () => current.toObject(),
};

/** From here on {@link processEnv} is these, in this thread. */
export function handOver(variables: Readonly<Record<string, string>>): void {
  current = environmentOf(variables);
}

/** Names have no upper and lower case on Windows. */
export function environmentOf(
  variables: Readonly<Record<string, string>>,
  os = Deno.build.os,
): ProcessEnv {
  const key = (name: string) => os === "windows" ? name.toUpperCase() : name;
  const all = new Map(
    Object.entries(variables).map(([name, value]) => [key(name), { name, value }]),
  );
  return {
    get: (name) => all.get(key(name))?.value,
    set: (name, value) =>
      void all.set(key(name), { name: all.get(key(name))?.name ?? name, value }),
    delete: (name) => void all.delete(key(name)),
    toObject: () => Object.fromEntries([...all.values()].map(({ name, value }) => [name, value])),
  };
}
