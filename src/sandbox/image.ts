/** The image: found, or built from our Dockerfile. */
import { join } from "node:path";
import { PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import { lastWords, type Ran, type Run } from "./docker.ts";
import { SandboxError } from "./sandbox_error.ts";
import { type DockerConfig, LABELS, shortHash } from "./settings.ts";

const BUILD_MS = 30 * 60_000;
const DOCKERFILE = new URL("../../Dockerfile.sandbox", import.meta.url);

/** Those that can be put into the image; a CLI that is in no package has to be in one's own. */
const PACKED = PROVIDER_NAMES.map((name) => PROVIDERS[name]).filter((cli) => cli.package !== "");

/** Tells the recipe which CLIs there are. */
const CLIS = [
  ["CLI_PACKAGES", PACKED.map((cli) => cli.package)] as const,
  ["CLI_PROGRAMS", PACKED.map((cli) => cli.program)] as const,
].flatMap(([name, values]) => ["--build-arg", `${name}=${values.join(" ")}`]);

export interface ImageOptions {
  run: Run;
  command: string;
  docker: Pick<DockerConfig, "image_name" | "auto_build">;
  signal: AbortSignal;
  /** Told when a build begins. */
  onBuild(): void;
  /** Told every line of it. */
  onLine(line: string): void;
  /** Further arguments of the build, such as `--network host`. */
  buildArgs?: readonly string[];
}

/**
 * The id of the image. One that we built from another Dockerfile than today's is built anew; one
 * that we did not build is the user's own and taken as it is.
 *
 * @throws {SandboxError} there is none and it may not or cannot be built
 */
export async function ensureImage(options: ImageOptions): Promise<string> {
  const { docker, run } = options;
  const recipe = await Deno.readTextFile(DOCKERFILE);
  const hash = shortHash([recipe, ...CLIS].join("\0"));
  const found = await inspect(run, docker.image_name);
  if (found && (found.recipe === "" || found.recipe === hash || !docker.auto_build)) {
    return found.id;
  }
  if (!docker.auto_build) {
    throw new SandboxError(
      `There is no image "${docker.image_name}", and \`docker.auto_build\` is off.`,
      "Build or pull it, or set `docker.auto_build` to true.",
    );
  }
  options.onBuild();
  const ran = await build(options, recipe, hash);
  const built = ran.code === 0 ? await inspect(run, docker.image_name) : undefined;
  // An older image of ours works still, when the new one cannot be had (no network, say).
  if (built ?? found) return (built ?? found)!.id;
  throw new SandboxError(
    `The image "${docker.image_name}" could not be built: ${lastWords(ran, 2)}`,
    ran.code === 124
      ? "It took too long; try again, what was downloaded is kept."
      : "Check the network and the disk, then try again; the log has all of the output.",
    lastWords(ran, 20),
  );
}

async function build(
  { run, docker, signal, onLine, buildArgs = [] }: ImageOptions,
  recipe: string,
  hash: string,
): Promise<Ran> {
  // An empty folder as context: nothing of the host can get into the image.
  const context = await Deno.makeTempDir({ prefix: "ductor-image-" });
  try {
    const file = join(context, "Dockerfile");
    await Deno.writeTextFile(file, recipe);
    const label = `${LABELS.recipe}=${hash}`;
    return await run(
      [
        "build",
        "-t",
        docker.image_name,
        "--label",
        label,
        ...CLIS,
        ...buildArgs,
        "-f",
        file,
        context,
      ],
      { timeoutMs: BUILD_MS, signal, onLine },
    );
  } finally {
    await Deno.remove(context, { recursive: true });
  }
}

async function inspect(
  run: Run,
  image: string,
): Promise<{ id: string; recipe: string } | undefined> {
  const format = `{{.Id}} {{with .Config.Labels}}{{index . "${LABELS.recipe}"}}{{end}}`;
  const { code, stdout } = await run(["image", "inspect", "-f", format, image]);
  if (code !== 0) return undefined;
  const [id = "", recipe = ""] = stdout.trim().split(" ");
  return id === "" ? undefined : { id, recipe: recipe === "<no" ? "" : recipe };
}
