/**
 * Which of the installed services is the one of a home. Each home has its own; older versions had
 * one name for all, and what they installed is found by the home it starts.
 *
 * @module
 */
import { Home } from "../config/home.ts";

/** The name of the usual home's service, and once of every one. */
export const USUAL = "ductor";

/** The home folder that the service of this name starts; `undefined`: there is none of this name. */
export type HomeAt = (name: string) => Promise<string | undefined>;

/** Under which name the service of `home` is installed; `undefined`: it is not. */
export async function ownName(home: Home, homeAt: HomeAt): Promise<string | undefined> {
  for (const name of new Set([home.serviceName, USUAL])) {
    if (await homeAt(name) === home.root) return name;
  }
}

/** The name that a service should have which has the one of `home` and starts another home. */
export async function squatter(home: Home, homeAt: HomeAt): Promise<string | undefined> {
  if (home.serviceName !== USUAL) return undefined;
  const root = await homeAt(USUAL);
  return root === undefined || root === home.root
    ? undefined
    : new Home(root, home.userHome, home.os).serviceName;
}
