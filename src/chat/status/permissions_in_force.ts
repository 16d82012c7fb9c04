/** What this program itself may do, as its runtime says; for `/diagnose`. */

/** What is asked about: a name, and how it is named to the runtime. */
const ASKED: readonly [name: string, descriptor: Deno.PermissionDescriptor][] = [
  ["read", { name: "read" }],
  ["write", { name: "write" }],
  ["net", { name: "net" }],
  ["run", { name: "run" }],
  ["env", { name: "env" }],
  ["sys", { name: "sys" }],
  ["ffi", { name: "ffi" }],
  ["import", { name: "import" }],
];

type Extent = "everything" | "only what is listed" | "nothing";

/**
 * A line for each extent, such as `only what is listed: write, net`.
 *
 * @param samples something that is surely on the list, where there is one
 */
export async function permissionsInForce(
  samples: { home: string; apiHost: string },
): Promise<string[]> {
  const listed: Record<string, Deno.PermissionDescriptor[]> = {
    read: [{ name: "read", path: samples.home }],
    write: [{ name: "write", path: samples.home }],
    net: [{ name: "net", host: samples.apiHost }],
    run: [{ name: "run", command: "/bin/sh" }],
    env: [{ name: "env", variable: "TMPDIR" }],
    sys: [{ name: "sys", kind: "hostname" }],
  };
  const extents = await Promise.all(
    ASKED.map(async ([name, descriptor]): Promise<[string, Extent]> => {
      if (await granted(descriptor)) return [name, "everything"];
      const some = await Promise.all((listed[name] ?? []).map(granted));
      return [name, some.includes(true) ? "only what is listed" : "nothing"];
    }),
  );
  const order: Extent[] = ["everything", "only what is listed", "nothing"];
  return order.flatMap((extent) => {
    const names = extents.filter(([, its]) => its === extent).map(([name]) => name);
    return names.length === 0 ? [] : [`${extent}: ${names.join(", ")}`];
  });
}

async function granted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
  const { state, partial } = await Deno.permissions.query(descriptor) as Deno.PermissionStatus & {
    partial: boolean;
  };
  return state === "granted" && !partial;
}
