/** What the commands of `ductor config` do. */
import { findInstance } from "../../app/instance_lock.ts";
import { sleep } from "../../base/async/sleep.ts";
import { editDistance } from "../../base/edit_distance.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { isInUse } from "../../config/in_use.ts";
import { peekConfig, updateConfig } from "../../config/load.ts";
import { appliesWhen, configJsonSchema } from "../../config/keys.ts";
import { type Config, defaultConfig } from "../../config/schema.ts";
import { isTimeZone } from "../../config/timezone.ts";
import { answer, CommandError } from "../reply.ts";
import { settings } from "./settings.ts";

/** How long a running bot may take to take a change over, and how often that is looked at. */
const LONGEST_MS = 5000;
const LOOK_MS = 50;

interface Json {
  json?: boolean;
}

type Tree = Record<string, unknown>;

/** Keys whose values nobody should see by accident. */
const SECRET = /(^|\.)(telegram_token|token)$|_(token|secret|key)$/;

export function get(
  key: string | undefined,
  options: Json & { reveal?: boolean },
): Promise<number> {
  return answer(options, async () => {
    const config: Config = await peekConfig(resolveHome(Deno.env)) ?? defaultConfig();
    const value = key === undefined ? config : at(config, key);
    const shown = options.reveal ? value : masked(value, key ?? "");
    return {
      json: key === undefined ? shown as object : { key, value: shown },
      text: typeof shown === "string" ? shown : JSON.stringify(shown, null, 2),
    };
  });
}

export function set(key: string, text: string, options: Json): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    const known = at(defaultConfig(), key);
    if (typeof known === "object" && known !== null && !Array.isArray(known)) {
      mustBeObject(key, text);
    }
    if (key === "user_timezone" && text !== "" && !isTimeZone(text)) {
      throw new CommandError(`${JSON.stringify(text)} is no IANA time zone, such as Europe/Berlin`);
    }
    const value = valueOf(text, known);
    let before: unknown;
    const config = await updateConfig(home, (raw) => {
      before = put(raw, key.split("."), value);
    });
    const now = at(config, key);
    const changed = JSON.stringify(before) !== JSON.stringify(now);
    const shown = JSON.stringify(masked(now, key));
    const effect = changed ? await effectOf(home, key) : undefined;
    return {
      json: {
        key,
        value: masked(now, key),
        changed,
        ...effect && { takes_effect: effect },
        path: home.configFile,
      },
      text: `${key} is ${changed ? "now" : "already"} ${shown}` +
        (effect ? EFFECTS[effect] : ""),
    };
  });
}

/** When a change that has just been written takes effect. */
type Effect = "now" | "after_restart" | "at_start" | "not_confirmed";

const EFFECTS: Record<Effect, string> = {
  now: ", and the running bot uses it",
  after_restart: "; it takes effect after /restart (or: ductor restart)",
  at_start: "; it takes effect when the bot starts",
  not_confirmed: ", but the running bot has not taken it over yet; see ductor logs",
};

async function effectOf(home: Home, key: string): Promise<Effect> {
  const { bot, supervisor } = await findInstance(home);
  if (!bot && !supervisor) return "at_start";
  if (appliesWhen(key) === "restart") return "after_restart";
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    if (await isInUse(home)) return "now";
    await sleep(LOOK_MS);
  }
  return "not_confirmed";
}

export function path(options: Json): Promise<number> {
  return answer(options, () => {
    const { configFile } = resolveHome(Deno.env);
    return { json: { path: configFile }, text: configFile };
  });
}

export function schema(): Promise<number> {
  return answer({}, () => {
    const json = configJsonSchema();
    return { json, text: JSON.stringify(json, null, 2) };
  });
}

/** @throws {CommandError} there is no such key */
function at(config: unknown, key: string): unknown {
  let value = config;
  for (const part of key.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      const near = nearest(key);
      throw new CommandError(`There is no setting ${JSON.stringify(key)}`, {
        nearest_keys: near,
        hint: near[0] === undefined ? "ductor config get lists all" : `Did you mean ${near[0]}?`,
      });
    }
    value = (value as Tree)[part];
  }
  return value;
}

function nearest(key: string): string[] {
  return [...settings().keys()].map((known) => ({
    known,
    distance: known.split(".").includes(key) ? 0 : editDistance(key, known),
  }))
    .filter(({ known, distance }) => distance <= Math.max(2, known.length / 3))
    .sort((a, b) => a.distance - b.distance).slice(0, 3).map(({ known }) => known);
}

/** JSON where the setting is no text; a text stays what was typed. */
function valueOf(text: string, known: unknown): unknown {
  if (typeof known === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function mustBeObject(key: string, text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new CommandError(`${key} is a group of settings`, {
    hint: `Set one of them, such as ${
      settings().keys().find((known) => known.startsWith(`${key}.`)) ?? key
    }`,
  });
}

/** Sets a value; returns the one before. */
function put(raw: Tree, [key = "", ...rest]: string[], value: unknown): unknown {
  if (rest.length > 0) {
    const inner = raw[key];
    const group = typeof inner === "object" && inner !== null ? inner as Tree : {};
    raw[key] = group;
    return put(group, rest, value);
  }
  const before = raw[key];
  // Of a group only what is given changes.
  const merge = isObject(value) && isObject(before);
  raw[key] = merge ? { ...before, ...value } : value;
  return before;
}

function isObject(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function masked(value: unknown, key: string): unknown {
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        masked(one, key === "" ? name : `${key}.${name}`),
      ]),
    );
  }
  if (typeof value !== "string" || value === "" || !SECRET.test(key)) return value;
  return `…${value.length > 12 ? value.slice(-4) : ""} (hidden; --reveal shows it)`;
}
