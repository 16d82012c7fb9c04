/** How each try ends: `done`, or the name of its error. What it made is closed. */
export async function howTheyEnd(
  tries: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, string>> {
  const ended: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      const made = await attempt();
      (made as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
      ended[name] = "done";
    } catch (error) {
      ended[name] = (error as Error).name;
    }
  }
  return ended;
}
