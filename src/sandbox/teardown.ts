/** What takes a sandbox away again, for the commands that end or remove the bot. */
import type { Home } from "../config/home.ts";
import { removeContainer } from "./container.ts";
import { dockerCommand, NoDockerError, type Run } from "./docker.ts";
import { containerName, type DockerConfig, LABELS } from "./settings.ts";

/**
 * Ends and removes the container of a home. No container, none of this home, or no Docker: does
 * nothing.
 *
 * @returns whether there was one
 */
export function stopSandbox(
  home: Home,
  docker: Pick<DockerConfig, "command" | "container_name">,
  run: Run = dockerCommand(docker.command),
): Promise<boolean> {
  return removeContainer(run, home, containerName(home, docker));
}

/**
 * The same, and the image, if it is one that ductor built; one of the user's own stays.
 *
 * @returns what was removed
 */
export async function removeSandbox(
  home: Home,
  docker: Pick<DockerConfig, "command" | "container_name" | "image_name">,
  run: Run = dockerCommand(docker.command),
): Promise<{ container: boolean; image: boolean }> {
  const container = await stopSandbox(home, docker, run);
  const format = `{{index .Config.Labels "${LABELS.recipe}"}}`;
  try {
    const { code, stdout } = await run(["image", "inspect", "-f", format, docker.image_name]);
    if (code !== 0 || !/^[0-9a-f]{8}$/.test(stdout.trim())) return { container, image: false };
    // Refused while another home's container uses it.
    const removed = await run(["rmi", docker.image_name]);
    return { container, image: removed.code === 0 };
  } catch (error) {
    if (error instanceof NoDockerError) return { container, image: false };
    throw error;
  }
}
