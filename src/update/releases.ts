/**
 * Which releases there are. The address answers as GitHub's REST API does under
 * `/repos/OWNER/NAME/releases`: `/latest` and `/tags/TAG` give one release as JSON
 * (https://docs.github.com/rest/releases). A mirror can be a static folder; the addresses of its
 * files may be relative.
 *
 * @module
 */
import { z } from "zod";
import { UpgradeError } from "./errors.ts";
import { type FetchOptions, getSmall } from "./fetcher.ts";
import { compareVersions, versionOfTag } from "../base/version.ts";

export interface Release {
  version: string;
  /** The changelog of this version, Markdown; may be empty. */
  notes: string;
  /** For people. */
  page: string | undefined;
  /** Address of each file by its name. */
  files: ReadonlyMap<string, URL>;
}

const ReleaseSchema = z.object({
  tag_name: z.string(),
  body: z.string().nullish(),
  html_url: z.url({ protocol: /^https?$/ }).nullish().catch(undefined),
  assets: z.array(z.object({ name: z.string(), browser_download_url: z.string() })).default([]),
});

/** Of a release's JSON. */
const MOST_BYTES = 2_000_000;

/**
 * Where releases are looked for.
 *
 * @param configured `update.url`; empty: those of the repository
 * @param repository web address of the source on GitHub
 */
export function releasesUrl(configured: string, repository: string | undefined) {
  if (configured !== "") return configured.replace(/\/+$/, "");
  const [, name] = /^https:\/\/github\.com\/([^/]+\/[^/]+?)(?:\.git)?$/.exec(repository ?? "") ??
    [];
  return name === undefined ? undefined : `https://api.github.com/repos/${name}/releases`;
}

export class Releases {
  readonly #url: string;
  readonly #options: FetchOptions;

  constructor(url: string, options: FetchOptions = {}) {
    this.#url = url;
    this.#options = options;
  }

  /** @throws {UpgradeError} it cannot be told */
  async latest(signal?: AbortSignal): Promise<Release> {
    return await this.#get("latest", signal);
  }

  /** The newest release, when it is newer than `version`. */
  async newerThan(version: string, signal?: AbortSignal): Promise<Release | undefined> {
    const latest = await this.latest(signal);
    return compareVersions(latest.version, version) > 0 ? latest : undefined;
  }

  /** The changelog of a version; `undefined` when there is none. */
  async notesOf(version: string, signal?: AbortSignal): Promise<string | undefined> {
    for (const tag of [`v${version}`, version]) {
      try {
        const { notes } = await this.#get(`tags/${encodeURIComponent(tag)}`, signal);
        if (notes !== "") return notes;
      } catch (error) {
        if (!(error instanceof UpgradeError)) throw error;
      }
    }
    return undefined;
  }

  async #get(path: string, signal: AbortSignal | undefined): Promise<Release> {
    let url: URL;
    try {
      url = new URL(`${this.#url}/${path}`);
    } catch {
      throw new UpgradeError(`"${this.#url}" (update.url) is not a web address`);
    }
    const options = { ...this.#options, ...signal && { signal }, key: "update.url" };
    const bytes = await getSmall(url, MOST_BYTES, options, "application/vnd.github+json");
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new UpgradeError(`${url} is not JSON; it should be a release as GitHub's API gives it`);
    }
    const { data } = ReleaseSchema.safeParse(json);
    const version = data && versionOfTag(data.tag_name);
    if (!data || version === undefined) {
      throw new UpgradeError(`${url} is no release as GitHub's API gives it (tag_name, assets)`);
    }
    const files = new Map<string, URL>();
    for (const { name, browser_download_url } of data.assets) {
      if (URL.canParse(browser_download_url, url)) {
        files.set(name, new URL(browser_download_url, url));
      }
    }
    return {
      version,
      notes: data.body?.trim() ?? "",
      page: data.html_url ?? undefined,
      files,
    };
  }
}
