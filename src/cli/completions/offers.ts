/** What the command tree does not know about values: jobs, webhooks, settings, time zones, files. */
import type { Home } from "../../config/home.ts";

/** A word that may be typed. */
export interface Offer {
  value: string;
  about?: string;
}

/** What fits an argument or option of a command; `files`: the shell's own. */
export type Offers = (command: string, name: string) => readonly Offer[] | "files";

/** Looks up only what the command in `words` can need, since somebody waits at a prompt. */
export async function offersFor(words: readonly string[], home: Home): Promise<Offers> {
  const own: OwnOffers = await ownOffers(words, home).catch(() => ({}));
  return (command, name) => {
    if (Object.hasOwn(own, name) && command !== "webhook add") return own[name] ?? [];
    if (ZONES.has(name)) return Intl.supportedValuesOf("timeZone").map((value) => ({ value }));
    return PATHS.has(name) ? "files" : [];
  };
}

/** Names of arguments and options that take a time zone, or a file or folder. */
const ZONES = new Set(["timezone", "zone", "zones"]);
const PATHS = new Set(["path", "file", "home"]);

/** By the name of the argument. */
type OwnOffers = Readonly<Record<string, readonly Offer[]>>;

async function ownOffers(words: readonly string[], home: Home): Promise<OwnOffers> {
  switch (words[0]) {
    case "cron": {
      const { JobRegistry } = await import("../../jobs/registry.ts");
      const jobs = await new JobRegistry(home).list();
      return { job: jobs.map(({ id, title }) => ({ value: id, about: title })) };
    }
    case "webhook": {
      const { Registry } = await import("../../webhooks/registry.ts");
      const hooks = await new Registry(home.webhooksFile).all();
      return {
        name: hooks.map((hook) => ({
          value: hook.id,
          about: "title" in hook ? hook.title : hook.problem,
        })),
      };
    }
    case "config": {
      const { settings } = await import("../config/settings.ts");
      const all = settings();
      const key = words.findLast((word, index) => index < words.length - 1 && all.has(word)) ?? "";
      return {
        key: [...all].map(([value, { about = "" }]) => ({ value, about })),
        value: (all.get(key)?.choices ?? []).map((value) => ({ value })),
      };
    }
    default:
      return {};
  }
}
