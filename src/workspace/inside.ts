import { sep } from "node:path";
import type { Home } from "../config/home.ts";

/**
 * Whether a folder of the home is really in it. One that is a link to elsewhere, such as a bigger
 * disk or something an agent made, is not ours to write rules into.
 */
export async function isInsideHome(home: Home, folder: string): Promise<boolean> {
  try {
    const [root, real] = await Promise.all([Deno.realPath(home.root), Deno.realPath(folder)]);
    return real === root || real.startsWith(root + sep);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
