/** What the sandbox of a home is called, and where its files are. */
import { createHash } from "node:crypto";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";

export type DockerConfig = Config["docker"];

/** The name both keys have unless the user gave one. */
const DEFAULT_NAME = "ductor-sandbox";

/**
 * The name of a home's container: that of the config, else one of its own for each home.
 *
 * @param project Folder of the project that it has; each has a container of its own.
 * @param conversation Whose agents are in it; each has one of its own, too.
 */
export function containerName(
  home: Home,
  docker: Pick<DockerConfig, "container_name">,
  project?: string,
  conversation?: string,
): string {
  const given = docker.container_name;
  const name = given === DEFAULT_NAME ? `${DEFAULT_NAME}-${shortHash(home.root)}` : given;
  if (project === undefined && conversation === undefined) return name;
  const whose = conversation === undefined ? project! : `${conversation}\0${project ?? ""}`;
  return `${name}-${shortHash(whose)}`;
}

/** Labels by which we know our own. */
export const LABELS = {
  /** Of a container: the home it belongs to. */
  home: "ductor.home",
  /** Of a container: hash of everything it was made with. */
  made: "ductor.made",
  /** Of an image: hash of the Dockerfile it was built from. */
  recipe: "ductor.recipe",
} as const;

export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
