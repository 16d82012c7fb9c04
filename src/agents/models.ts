/** The models of all agents, by the names people write. */
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Agent, AgentError, type Model, type ProviderName } from "./agent.ts";
import { editDistance } from "../base/edit_distance.ts";
import { type CachedModels, ModelCache } from "./model_cache.ts";

const log = getLogger(["ductor", "agents", "models"]);

const HOUR_MS = 3_600_000;
/** A list older than this is read anew before it is used. */
const FRESH_MS = 24 * HOUR_MS;
const NOTHING: CachedModels = { models: [], updated: 0 };

/** Names that always mean Claude's current model of that size; the CLI need not be asked. */
const CLAUDE_ALIASES = ["haiku", "sonnet", "opus"] as const;

/** A model and who runs it. */
export interface ModelChoice {
  provider: ProviderName;
  /** What is given to the CLI. */
  model: string;
}

export interface ModelCatalogueOptions {
  agents: Partial<Record<ProviderName, Agent>>;
  /** `config/codex_models.json`; absent: Codex's models are kept in memory too. */
  cacheFile?: string;
  clock?: Clock;
}

export class ModelCatalogue {
  readonly #agents: Partial<Record<ProviderName, Agent>>;
  readonly #cache: ModelCache | undefined;
  readonly #clock: Clock;
  readonly #known = new Map<ProviderName, CachedModels>();
  readonly #refreshing = new Map<ProviderName, Promise<readonly Model[]>>();
  #loaded: Promise<void> | undefined;

  constructor(options: ModelCatalogueOptions) {
    this.#agents = options.agents;
    this.#clock = options.clock ?? systemClock;
    if (options.cacheFile !== undefined) this.#cache = new ModelCache(options.cacheFile);
  }

  /**
   * Resolves when the names in the cache file are known; asks Codex for its models in the
   * background then, and every hour until `signal` is aborted.
   */
  async start(signal: AbortSignal): Promise<void> {
    await this.#load();
    void this.#keepFresh(signal);
  }

  async #keepFresh(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.refresh("codex").catch((error) => {
        // Not everybody has Codex.
        if (error instanceof AgentError && error.kind === "not_found") return;
        log.warn("The models of codex could not be read: {error}", { error });
      });
      await this.#clock.sleep(HOUR_MS, signal);
    }
  }

  /**
   * The models of a provider: from the cache when it is fresh, else from the CLI, else an old list.
   *
   * @throws AgentError when there is no list at all. (Claude always has one: its aliases.)
   */
  async list(provider: ProviderName): Promise<readonly Model[]> {
    await this.#load();
    const { models, updated } = this.#of(provider);
    if (models.length > 0 && this.#clock.now() - updated < FRESH_MS) return models;
    try {
      const found = await this.refresh(provider);
      if (found.length > 0) return found;
    } catch (error) {
      if (models.length === 0 && provider !== "claude") throw error;
      log.warn("The models of {provider} could not be read: {error}", { provider, error });
    }
    return models.length > 0 || provider !== "claude" ? models : CLAUDE_ALIASES.map(aliasModel);
  }

  /** What is known of a provider's models, however old; asks no CLI. */
  known(provider: ProviderName): readonly Model[] {
    return this.#of(provider).models;
  }

  /** Asks the CLI now. An empty answer does not replace a list. */
  refresh(provider: ProviderName): Promise<readonly Model[]> {
    const running = this.#refreshing.get(provider);
    if (running) return running;
    const refresh = this.#refresh(provider).finally(() => this.#refreshing.delete(provider));
    this.#refreshing.set(provider, refresh);
    return refresh;
  }

  async #refresh(provider: ProviderName): Promise<readonly Model[]> {
    const agent = this.#agents[provider];
    if (!agent) throw new AgentError("not_found", `There is no agent "${provider}".`);
    await this.#load();
    const models = await agent.models();
    if (models.length === 0) return this.#of(provider).models;
    const known = { models, updated: this.#clock.now() };
    this.#known.set(provider, known);
    if (provider === "codex") {
      await this.#cache?.write(known).catch((error) =>
        log.warn("The models of codex could not be saved: {error}", { error })
      );
    }
    return models;
  }

  /**
   * The effort to ask a model for: `wanted`, unless its list says that the model has no such effort.
   * Undefined: leave it to the CLI. Asks no CLI.
   */
  effortFor(provider: ProviderName, model: string, wanted: string): string | undefined {
    if (wanted === "") return undefined;
    const { models } = this.#of(provider);
    const known = model === ""
      ? models.find((one) => !isNamed(one)) ?? models.find(({ isDefault }) => isDefault)
      : this.#find(provider, key(model));
    return known === undefined || known.efforts.includes(wanted) ? wanted : undefined;
  }

  /** When the list of a provider was read from its CLI. */
  updatedAt(provider: ProviderName): Date | undefined {
    const { updated } = this.#of(provider);
    return updated > 0 ? new Date(updated) : undefined;
  }

  /**
   * Who runs the model of this name: an id, a display name or an alias, in any case. Undefined for
   * names that are not known; starts no CLI.
   */
  resolve(name: string): ModelChoice | undefined {
    const wanted = key(name);
    if (isAlias(wanted) || /^claude-[a-z0-9]/.test(wanted)) {
      return { provider: "claude", model: this.#find("claude", wanted)?.id ?? wanted };
    }
    for (const provider of ["claude", "codex"] as const) {
      const model = this.#find(provider, wanted);
      if (model) return { provider, model: model.id };
    }
    return undefined;
  }

  /** As {@link resolve}, but asks the CLIs whose models were never read before it gives up. */
  async find(name: string): Promise<ModelChoice | undefined> {
    await this.#load();
    const found = this.resolve(name);
    if (found) return found;
    const unread = (["codex", "claude"] as const).filter((provider) =>
      this.#of(provider).models.length === 0
    );
    await Promise.all(unread.map((provider) => this.refresh(provider).catch(() => {})));
    return this.resolve(name);
  }

  /** The `n` known names that look most like `name`. */
  nearest(name: string, n: number): string[] {
    const wanted = key(name);
    const ids = (["claude", "codex"] as const).flatMap((provider) =>
      this.#of(provider).models.filter(isNamed).map((model) => model.id)
    );
    return [...new Set([...CLAUDE_ALIASES, ...ids])]
      .map((id) => ({ id, distance: distance(wanted, key(id)) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, n)
      .map(({ id }) => id);
  }

  /** Who runs a model, also one that no list has (it may come from the config), by its look. */
  providerOf(model: string): ProviderName | undefined {
    const known = this.resolve(model);
    if (known) return known.provider;
    const name = key(model);
    if (/claude|haiku|sonnet|opus/.test(name)) return "claude";
    if (/^(gpt|codex|o\d)/.test(name)) return "codex";
    return undefined;
  }

  #of(provider: ProviderName): CachedModels {
    return this.#known.get(provider) ?? NOTHING;
  }

  #find(provider: ProviderName, wanted: string): Model | undefined {
    const models = this.#of(provider).models.filter(isNamed);
    return models.find((model) => key(model.id) === wanted) ??
      models.find((model) => key(model.name) === wanted);
  }

  /** Reads the cache file, once. One that cannot be read is as good as none. */
  #load(): Promise<void> {
    return this.#loaded ??= (async () => {
      const cached = await this.#cache?.read().catch((error) => {
        log.warn("The list of codex models could not be read: {error}", { error });
        return undefined;
      });
      if (cached && !this.#known.has("codex")) this.#known.set("codex", cached);
    })();
  }
}

/** How names are compared: "GPT-6.1 Sol" is "gpt-6.1-sol". */
function key(name: string): string {
  return name.trim().toLowerCase().replace(/[\s_]+/g, "-");
}

/** "default" is an entry of Claude's list, but no name: every provider has a default. */
function isNamed(model: Model): boolean {
  return key(model.id) !== "default";
}

/** `opus`, and `opus[1m]` with its larger context. */
function isAlias(name: string): boolean {
  return CLAUDE_ALIASES.some((alias) => name === alias || name === `${alias}[1m]`);
}

/** A name that contains what was written is nearer than one that is merely short. */
function distance(wanted: string, name: string): number {
  return wanted.length > 1 && name.includes(wanted) ? 0.5 : editDistance(wanted, name);
}

function aliasModel(id: string): Model {
  const name = id[0]!.toUpperCase() + id.slice(1);
  return { id, name, description: "", efforts: [], isDefault: false };
}
