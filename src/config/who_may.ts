/**
 * Who may speak and what may run without asking, as the owners know it. A change of that in the
 * config, by whomever, also while the bot did not run, is told to the owners of before; people who
 * are new on the list stay strangers until one of those lets them in.
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { PERMISSION_MODES } from "../agents/agent.ts";
import { Mutex } from "../base/async/locks.ts";
import { sha256 } from "../base/hash.ts";
import { JsonFile } from "../base/json_file.ts";
import { isObject } from "../base/shape.ts";
import type { Home } from "./home.ts";
import type { Config } from "./schema.ts";

const log = getLogger(["ductor", "config"]);

/** Keys that say what may be done without asking, with their values from the strictest on. */
const ORDER = {
  permission_mode: PERMISSION_MODES.toReversed(),
  file_access: ["workspace", "home", "all"],
} as const;

export type LooseKey = keyof typeof ORDER;

const LOOSE_KEYS = Object.keys(ORDER) as LooseKey[];

/** What the owners of before have to know. */
export type Change =
  | { kind: "person"; id: number }
  | { kind: "looser"; key: LooseKey; from: string; to: string }
  /** The permission mode of a project. */
  | { kind: "looser"; key: "permission_mode"; project: string; from: string; to: string };

const knownSchema = z.looseObject({
  /** Of which bot; another token is another bot, with owners of its own. */
  bot: z.string(),
  /** Who has been let in. */
  users: z.array(z.int()),
  /** Whom the owners were asked about. */
  asked: z.array(z.int()),
  permission_mode: z.string(),
  file_access: z.string(),
  /** Permission modes of projects that have their own. */
  projects: z.record(z.string(), z.string()).default({}),
});

type Known = z.infer<typeof knownSchema>;

export class WhoMay {
  readonly #file: JsonFile<Known>;
  readonly #telling = new Mutex();
  #known: Known;

  private constructor(file: JsonFile<Known>, known: Known) {
    this.#file = file;
    this.#known = known;
  }

  /** What was known in the last life. In the first one of a bot all that the config says is. */
  static async open(home: Home, config: Config): Promise<WhoMay> {
    const first: Known = {
      bot: sha256(config.telegram_token).slice(0, 16),
      users: config.allowed_user_ids,
      asked: [],
      permission_mode: config.permission_mode,
      file_access: config.file_access,
      projects: modesOf(config.projects),
    };
    const file = new JsonFile(home.whoMayFile, {
      schema: knownSchema,
      defaultValue: () => first,
    });
    const known = await file.read().catch((error) => {
      log.error("Whom the owners know cannot be read: {error}", { error });
      return first;
    });
    const may = new WhoMay(file, structuredClone(known.bot === first.bot ? known : first));
    await may.#keep(() => {});
    return may;
  }

  /** Who of the list may speak: those let in; those of before until one of them lets somebody in. */
  admitted(list: readonly number[]): number[] {
    const { users } = this.#known;
    if (users.length === 0) return [...list];
    const both = list.filter((id) => users.includes(id));
    return both.length > 0 ? both : users;
  }

  /** Tells what has changed; what was told is not told again. */
  tell(config: Config, say: (change: Change) => Promise<void>): Promise<void> {
    return this.#telling.run(async () => {
      for (const change of this.#changes(config)) {
        await say(change);
        await this.#keep((known) => {
          if (change.kind === "person") known.asked.push(change.id);
          else if ("project" in change) known.projects[change.project] = change.to;
          else known[change.key] = change.to;
        });
      }
      // Who comes back to the list later is asked about again.
      await this.#keep((known) => {
        known.users = this.admitted(config.allowed_user_ids);
        known.asked = known.asked.filter((id) => config.allowed_user_ids.includes(id));
        for (const key of LOOSE_KEYS) known[key] = config[key];
        known.projects = modesOf(config.projects);
      });
    });
  }

  #changes(config: Config): Change[] {
    const { users, asked, projects, permission_mode: usual } = this.#known;
    const people = users.length === 0
      ? []
      : config.allowed_user_ids.filter((id) => !users.includes(id) && !asked.includes(id));
    return [
      ...new Set(people).values().map((id): Change => ({ kind: "person", id })),
      ...LOOSE_KEYS.filter((key) => isLooser(key, config[key], this.#known[key]))
        .map((key): Change => ({ kind: "looser", key, from: this.#known[key], to: config[key] })),
      ...Object.entries(modesOf(config.projects)).flatMap(([project, to]): Change[] => {
        const from = projects[project] ?? usual;
        const key = "permission_mode";
        return isLooser(key, to, from) ? [{ kind: "looser", key, project, from, to }] : [];
      }),
    ];
  }

  async letIn(id: number): Promise<void> {
    await this.#keep(({ users }) => void users.push(id));
  }

  /** An owner has changed it in the chat, and needs not be told. */
  knows(key: LooseKey, value: string): void {
    this.#known[key] = value;
  }

  /** The same of projects, as the config file had them and has them now. */
  knowsProjects(before: unknown, now: unknown): void {
    const old = modesOf(before);
    for (const [name, mode] of Object.entries(modesOf(now))) {
      if (mode !== old[name]) this.#known.projects[name] = mode;
    }
  }

  async #keep(change: (known: Known) => void): Promise<void> {
    change(this.#known);
    await this.#file.update(() => this.#known).catch((error) =>
      log.error("What the owners know cannot be kept: {error}", { error })
    );
  }
}

/** The permission modes of those that have one of their own; of what stands in the file, too. */
function modesOf(projects: unknown): Record<string, string> {
  if (!isObject(projects)) return {};
  return Object.fromEntries(
    Object.entries(projects).flatMap(([name, project]) => {
      const mode = isObject(project) ? project.permission_mode : undefined;
      return typeof mode === "string" ? [[name, mode]] : [];
    }),
  );
}

/** Whether a value allows more than another one. */
export function isLooser(key: LooseKey, value: string, than: string): boolean {
  const order: readonly string[] = ORDER[key];
  return order.includes(than) && order.indexOf(value) > order.indexOf(than);
}

/** The key and the value that a text names, if they are such. */
export function looseValue(key: string, value: string): Partial<Config> | undefined {
  const known = LOOSE_KEYS.find((one) => one === key);
  if (!known || !(ORDER[known] as readonly string[]).includes(value)) return undefined;
  return { [known]: value };
}
