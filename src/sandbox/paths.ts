/** What a path of the host is called in the container, and the other way around. */
import { isAbsolute, posix, relative } from "node:path";
import { isInside } from "../config/paths.ts";

/** The home as it appears inside. */
export const INSIDE_HOME = "/ductor";
export const INSIDE_WORKSPACE = "/ductor/workspace";

/** A folder of the host and where it is mounted. */
export interface Mount {
  host: string;
  inside: string;
}

/** Maps what is mounted; of everything else it says that there is no such thing. */
export class PathMap {
  readonly #mounts: readonly Mount[];
  readonly #texts: [RegExp, string][];

  constructor(mounts: readonly Mount[]) {
    // The deepest first: a mount may lie in another.
    this.#mounts = [...mounts].sort((a, b) => b.host.length - a.host.length);
    this.#texts = this.#mounts.flatMap(({ host, inside }) => {
      // In JSON a backslash is written twice.
      const spellings = new Set([host, JSON.stringify(host).slice(1, -1)]);
      return [...spellings].map((text): [RegExp, string] => [
        new RegExp(`(?<![\\w./\\\\-])${escape(text)}(?![\\w-]|\\.\\w)`, "g"),
        inside,
      ]);
    });
  }

  /** The path inside, or undefined when nothing of it is mounted. */
  inside(path: string): string | undefined {
    if (!isAbsolute(path)) return undefined;
    for (const mount of this.#mounts) {
      if (!isInside(path, mount.host)) continue;
      const way = relative(mount.host, path).replaceAll("\\", "/");
      return posix.join(mount.inside, way);
    }
    return undefined;
  }

  /** The path on the host of a path inside, or undefined when it is only there. Resolves no links. */
  host(path: string): string | undefined {
    if (!posix.isAbsolute(path)) return undefined;
    const clean = posix.normalize(path);
    const deepest = [...this.#mounts].sort((a, b) => b.inside.length - a.inside.length);
    for (const { host, inside } of deepest) {
      if (clean === inside) return host;
      if (!clean.startsWith(inside + "/")) continue;
      const windows = host.includes("\\");
      const way = clean.slice(inside.length);
      return host + (windows ? way.replaceAll("/", "\\") : way);
    }
    return undefined;
  }

  /** A text in which paths of the host are called by their names inside. */
  textInside(text: string): string {
    for (const [pattern, inside] of this.#texts) text = text.replace(pattern, inside);
    return text;
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
