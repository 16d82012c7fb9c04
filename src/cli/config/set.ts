/** `ductor config set`: changes a setting, and says when that takes effect. */
import { isOfThisMachine } from "../../base/addresses.ts";
import { jsonOrText } from "../../base/jsonc.ts";
import { findInstance } from "../../app/find_instance.ts";
import { sleep } from "../../base/async/sleep.ts";
import { isObject } from "../../base/shape.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { isInUse } from "../../config/in_use.ts";
import { appliesWhen, configJsonSchema, type Kind } from "../../config/keys.ts";
import { updateConfig } from "../../config/load.ts";
import { defaultConfig, isBotToken } from "../../config/schema.ts";
import { isTimeZone } from "../../config/timezone.ts";
import { openWarning } from "../../webhooks/texts.ts";
import { answer, CommandError } from "../reply.ts";
import { masked, settings, valueAt } from "./settings.ts";

/** How long a running bot may take to take a change over, and how often that is looked at. */
const LONGEST_MS = 5000;
const LOOK_MS = 50;

/** A project, or one of its own settings. */
const PROJECT = /^projects\.[^.]+(?:\.[a-z_]+)?$/;

type Tree = Record<string, unknown>;

export function set(key: string, text: string, options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    // A project is no setting of its own until it has a name.
    const known = PROJECT.test(key) ? undefined : valueAt(defaultConfig(), key);
    const inner = settings().keys().find((one) => one.startsWith(`${key}.`));
    if (inner !== undefined) mustBeObject(key, text, inner);
    const value = valueOf(text, known);
    mustWork(key, value);
    let before: unknown;
    const config = await updateConfig(home, (raw) => {
      before = put(raw, key.split("."), value);
    });
    const now = valueAt(config, key);
    const changed = JSON.stringify(before) !== JSON.stringify(now);
    const shown = JSON.stringify(masked(now, key));
    const effect = changed ? await effectOf(home, key) : undefined;
    const warning = key === "webhooks.host" && !isOfThisMachine(String(now))
      ? openWarning(String(now))
      : undefined;
    return {
      json: {
        key,
        value: masked(now, key),
        changed,
        ...effect && { takes_effect: effect },
        ...warning && { warning },
        path: home.configFile,
      },
      text: `${key} is ${changed ? "now" : "already"} ${shown}` +
        (effect ? EFFECTS[effect] : "") + (warning ? `.\n${warning}` : ""),
    };
  });
}

/** When a change that has just been written takes effect. */
type Effect = "now" | "after_restart" | "at_start" | "not_confirmed";

const EFFECTS: Record<Effect, string> = {
  now: ", and the running bot uses it",
  after_restart: "; it takes effect after /restart (or: ductor restart)",
  at_start: "; it takes effect when the bot starts",
  not_confirmed: ", but the running bot has not picked it up yet; see ductor logs",
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

/** JSON where the setting is no text; a text stays what was typed. */
function valueOf(text: string, known: unknown): unknown {
  return typeof known === "string" ? text : jsonOrText(text);
}

/** Of what the config takes as it is, what could never work; in a group each of its settings. */
function mustWork(key: string, value: unknown, { properties = {} } = kindAt(key)): void {
  if (isObject(value) && Object.keys(properties).length > 0) {
    for (const [name, inner] of Object.entries(value)) {
      // Says that there is no such setting, and which is near.
      if (!Object.hasOwn(properties, name)) valueAt(defaultConfig(), `${key}.${name}`);
      mustWork(`${key}.${name}`, inner, properties[name]!);
    }
  }
  if (key === "user_timezone" && value !== "" && !isTimeZone(`${value}`)) {
    throw new CommandError(`${JSON.stringify(value)} is no IANA time zone, such as Europe/Berlin`);
  }
  if (key === "telegram_token" && !isBotToken(`${value}`)) {
    throw new CommandError("That is no bot token: it is a number, a colon, and 35 characters", {
      hint: "@BotFather in Telegram gives you one",
    });
  }
}

/** What the schema says about a key or group; nothing about what has no fixed keys. */
function kindAt(key: string): Kind {
  return key.split(".").reduce<Kind>(
    (kind, part) => kind.properties?.[part] ?? {},
    configJsonSchema(),
  );
}

function mustBeObject(key: string, text: string, inner: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (isObject(value)) return;
  throw new CommandError(`${key} is a group of settings`, {
    hint: `Set one of them, such as ${inner}`,
  });
}

/** Sets a value; returns the one before. */
function put(raw: Tree, [key = "", ...rest]: string[], value: unknown): unknown {
  if (rest.length > 0) {
    const inner = raw[key];
    // A project may be written as its folder alone.
    const group = isObject(inner) ? inner : typeof inner === "string" ? { folder: inner } : {};
    raw[key] = group;
    return put(group, rest, value);
  }
  const before = raw[key];
  // Of a group only what is given changes.
  const merge = isObject(value) && isObject(before);
  raw[key] = merge ? { ...before, ...value } : value;
  return before;
}
