/**
 * CLIs that are older than what ductor was built on. They fail in strange ways, so it is said before
 * a turn begins, with what to type where they came from.
 */
import { compareVersions } from "../base/version.ts";
import { AgentError } from "./agent.ts";
import type { ProviderFacts } from "./facts.ts";

/** What the words need of a provider. */
type Cli = Pick<ProviderFacts, "title" | "oldest" | "package" | "update" | "ways">;

/** Whether the version in `said` is older than the oldest one that works. Not when it has none. */
export function isTooOld(said: string | undefined, { oldest }: Pick<Cli, "oldest">): boolean {
  const version = /\d+(?:\.\d+)+/.exec(said ?? "")?.[0];
  return version !== undefined && compareVersions(version, oldest) < 0;
}

/** A CLI that has to be updated first. */
export class TooOld extends AgentError {
  override name = "TooOld";

  /**
   * @param update what to type
   * @param detail the CLI's version, or what it said
   */
  constructor(cli: Cli, readonly update: string, detail?: string) {
    super(
      "not_found",
      `This ${cli.title} is too old for ductor, which needs ${cli.oldest} or newer. On the ` +
        `computer ductor runs on, update it with \`${update}\`, then try again.`,
      detail,
    );
  }
}

/**
 * What to type to update a CLI, by where its program lies.
 *
 * @param program as it was found; links are followed
 */
export async function updateOf(cli: Cli, program: string | undefined): Promise<string> {
  const file = program && await Deno.realPath(program).catch(() => program);
  return updateAt(cli, file ?? "");
}

/** @param file where the program really lies */
export function updateAt({ package: name, update, ways }: Cli, file: string): string {
  const path = file.replaceAll("\\", "/");
  const has = (folder: RegExp) => folder.test(path);
  if (has(/\/(Cellar|Caskroom)\//)) return ways.brew;
  if (has(/\/\.bun\//)) return `bun add -g ${name}@latest`;
  if (has(/\/\.?pnpm(-global)?\//)) return `pnpm add -g ${name}@latest`;
  // A program by itself, as an installer of its own puts it.
  return path.startsWith("/") && !has(/\/node_modules\//) ? ways.own ?? update : update;
}
