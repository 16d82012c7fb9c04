/** The models of all agents, by the names people write. */
import { ago } from "../base/ago.ts";
import { spawn } from "../base/async/spawn.ts";
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Agent, AgentError, type Model } from "./agent.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "./provider.ts";
import { editDistance } from "../base/edit_distance.ts";
import { type CachedModels, ModelCache } from "./model_cache.ts";

const log = getLogger(["ductor", "agents", "models"]);

const HOUR_MS = 3_600_000;
/** A list older than this is read anew before it is used. */
const FRESH_MS = 24 * HOUR_MS;
const NOTHING: CachedModels = { models: [], updated: 0 };

/** A model and who runs it. */
export interface ModelChoice {
  provider: ProviderName;
  /** What is given to the CLI. */
  model: string;
}

export interface ModelCatalogueOptions {
  agents: Partial<Record<ProviderName, Agent>>;
  /** Where a provider's list is kept; undefined: in memory only. */
  cacheFile?(provider: ProviderName): string | undefined;
  clock?: Clock;
}

export class ModelCatalogue {
  readonly #agents: Partial<Record<ProviderName, Agent>>;
  readonly #caches = new Map<ProviderName, ModelCache>();
  readonly #clock: Clock;
  readonly #known = new Map<ProviderName, CachedModels>();
  readonly #refreshing = new Map<ProviderName, Promise<readonly Model[]>>();
  #loaded: Promise<void> | undefined;

  constructor(options: ModelCatalogueOptions) {
    this.#agents = options.agents;
    this.#clock = options.clock ?? systemClock;
    for (const name of PROVIDER_NAMES) {
      const file = options.cacheFile?.(name);
      if (file !== undefined) this.#caches.set(name, new ModelCache(file));
    }
  }

  /**
   * Resolves when the names in the cache files are known; asks the CLIs whose lists are kept in files
   * for their models in the background then, and every hour until `signal` is aborted.
   */
  async start(signal: AbortSignal): Promise<void> {
    await this.#load();
    spawn("Keeping the lists of models fresh", this.#keepFresh(signal));
  }

  async #keepFresh(signal: AbortSignal): Promise<void> {
    const kept = PROVIDER_NAMES.filter((name) => PROVIDERS[name].models.file !== undefined);
    while (!signal.aborted) {
      for (const provider of kept) {
        await this.refresh(provider).catch((error) => {
          // Not everybody has it.
          if (error instanceof AgentError && error.kind === "not_found") return;
          log.warn("The models of {provider} could not be read: {error}", { provider, error });
        });
      }
      await this.#clock.sleep(HOUR_MS, signal);
    }
  }

  /**
   * The models of a provider: from the cache when it is fresh, else from the CLI, else an old list.
   *
   * @throws AgentError when there is no list at all: none was read, and it takes no name unread.
   */
  async list(provider: ProviderName): Promise<readonly Model[]> {
    await this.#load();
    const { models, updated } = this.#of(provider);
    const { always } = PROVIDERS[provider].models;
    if (models.length > 0 && ago(updated, this.#clock.now()) < FRESH_MS) return models;
    try {
      const found = await this.refresh(provider);
      if (found.length > 0) return found;
    } catch (error) {
      if (models.length === 0 && always.length === 0) throw error;
      log.warn("The models of {provider} could not be read: {error}", { provider, error });
    }
    return models.length > 0 ? models : always.map(unreadModel);
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
    await this.#caches.get(provider)?.write(known).catch((error) =>
      log.warn("The models of {provider} could not be saved: {error}", { provider, error })
    );
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
    const sure = PROVIDER_NAMES.find((name) => {
      const { always, surely } = PROVIDERS[name].models;
      return always.includes(wanted) || surely?.test(wanted);
    });
    if (sure) return { provider: sure, model: this.#find(sure, wanted)?.id ?? wanted };
    for (const provider of PROVIDER_NAMES) {
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
    const unread = PROVIDER_NAMES.filter((provider) => this.#of(provider).models.length === 0);
    await Promise.all(unread.map((provider) => this.refresh(provider).catch(() => {})));
    return this.resolve(name);
  }

  /** The `n` known names that look most like `name`. */
  nearest(name: string, n: number): string[] {
    const wanted = key(name);
    const always = PROVIDER_NAMES.flatMap((provider) => PROVIDERS[provider].models.always);
    const ids = PROVIDER_NAMES.flatMap((provider) =>
      this.#of(provider).models.filter(isNamed).map((model) => model.id)
    );
    return [...new Set([...always, ...ids])]
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
    return PROVIDER_NAMES.find((provider) => PROVIDERS[provider].models.likely.test(name));
  }

  #of(provider: ProviderName): CachedModels {
    return this.#known.get(provider) ?? NOTHING;
  }

  #find(provider: ProviderName, wanted: string): Model | undefined {
    const models = this.#of(provider).models.filter(isNamed);
    return models.find((model) => key(model.id) === wanted) ??
      models.find((model) => key(model.name) === wanted);
  }

  /** Reads the cache files, once. One that cannot be read is as good as none. */
  #load(): Promise<void> {
    return this.#loaded ??= (async () => {
      for (const [provider, cache] of this.#caches) {
        const cached = await cache.read().catch((error) => {
          log.warn("The list of {provider} models could not be read: {error}", { provider, error });
          return undefined;
        });
        if (cached && !this.#known.has(provider)) this.#known.set(provider, cached);
      }
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

/** A name that contains what was written is nearer than one that is merely short. */
function distance(wanted: string, name: string): number {
  return wanted.length > 1 && name.includes(wanted) ? 0.5 : editDistance(wanted, name);
}

/** A model by a name that its CLI takes without having been asked. */
function unreadModel(id: string): Model {
  const name = id[0]!.toUpperCase() + id.slice(1);
  return { id, name, description: "", efforts: [], isDefault: false };
}
