/** What takes a sandbox away again, for the commands that end or remove the bot. */
import type { Home } from "../config/home.ts";
import { removeContainer } from "./container.ts";
import { dockerCommand, NoDockerError, type Run } from "./docker.ts";
import { containerName, type DockerConfig, LABELS } from "./settings.ts";

/**
 * Ends and removes the containers of a home. No container, none of this home, or no Docker: does
 * nothing.
 *
 * @returns whether there was the one that it always has
 */
export async function stopSandbox(
  home: Home,
  docker: Pick<DockerConfig, "command" | "container_name">,
  run: Run = dockerCommand(docker.command),
): Promise<boolean> {
  const name = containerName(home, docker);
  const was = await removeContainer(run, home, name);
  await removeOthers(home, run, name).catch(() => {});
  return was;
}

/** Removes the containers of conversations and projects: those of the home with names that begin with its own one's. */
export async function removeOthers(home: Home, run: Run, name: string): Promise<void> {
  const label = `label=${LABELS.home}=${home.root}`;
  const list = ["container", "ls", "--all", "--filter", label, "--format", "{{.Names}}"];
  const { code, stdout } = await run(list);
  const names = code === 0 ? stdout.split("\n").map((line) => line.trim()) : [];
  for (const other of names.filter((one) => one.startsWith(`${name}-`))) {
    await removeContainer(run, home, other);
  }
}

/**
 * Removes every container of the home, whatever it was called when it was made, and the images that
 * ductor built, unless another home uses them; images of the user's own stay.
 *
 * @returns how many were removed
 */
export async function removeSandbox(
  home: Home,
  docker: Pick<DockerConfig, "command" | "image_name">,
  run: Run = dockerCommand(docker.command),
): Promise<{ containers: number; images: number }> {
  const removed = { containers: 0, images: 0 };
  try {
    const label = `label=${LABELS.home}=${home.root}`;
    for (const id of await idsOf(run, ["container", "ls", "--all", "--filter", label])) {
      if (await removeContainer(run, home, id)) removed.containers++;
    }
    // Of builds before the last one; they have no name any more.
    const nameless = ["--filter", "dangling=true", "--filter", `label=${LABELS.recipe}`];
    const images = await idsOf(run, ["image", "ls", ...nameless]);
    const format = `{{index .Config.Labels "${LABELS.recipe}"}}`;
    const { code, stdout } = await run(["image", "inspect", "-f", format, docker.image_name]);
    if (code === 0 && /^[0-9a-f]{8}$/.test(stdout.trim())) images.push(docker.image_name);
    for (const image of images) {
      // Refused while another home's container uses it.
      if ((await run(["image", "rm", image])).code === 0) removed.images++;
    }
  } catch (error) {
    if (!(error instanceof NoDockerError)) throw error;
  }
  return removed;
}

async function idsOf(run: Run, list: readonly string[]): Promise<string[]> {
  const { code, stdout } = await run([...list, "--quiet"]);
  return code === 0 ? [...new Set(stdout.split("\n").filter((id) => id !== ""))] : [];
}
