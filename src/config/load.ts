/**
 * Reading and changing `config/config.json`. What the user wrote there, comments too, is never
 * touched: missing keys are added, a file that cannot be read is reported and left alone.
 *
 * @module
 */
import { diskTroubleOf } from "../base/disk_trouble.ts";
import { getLogger } from "@logtape/logtape";
import { readFileIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { withFileLock } from "../base/file_lock.ts";
import { NotJson, parseJson, rewriteJson } from "../base/jsonc.ts";
import { isObject, kindOf } from "../base/shape.ts";
import { ConfigError } from "./config_error.ts";
import { keyNames, safeExcerpt } from "./excerpt.ts";
import type { Home } from "./home.ts";
import { type Config, defaultConfig, isConfigured, permissionModeOf } from "./schema.ts";
import { suspectKeys, validateConfig } from "./validate.ts";

export { ConfigError } from "./config_error.ts";
export { isConfigured } from "./schema.ts";

const log = getLogger(["ductor", "config"]);

type Raw = Record<string, unknown>;

/** The quiet hours of the Python program, and ours. */
const QUIET_START = 21;
const QUIET_END = 8;

/** Changes what is in the config file, unknown keys and all, or returns another. */
export type ChangeConfig = (raw: Raw) => Raw | void;

export interface LoadedConfig {
  config: Config;
  /** For the user: what is odd but does not stop the bot. */
  warnings: string[];
  /** For the owner, Markdown: what was kept as the Python program had it, when that has just happened. */
  adopted: string[];
}

/**
 * Reads the config of `home`. A missing file is created with every default; keys that are missing
 * in an older file are added to it. The file is made readable for its owner only: it holds the
 * bot's token.
 *
 * @throws {ConfigError} it is not JSON, or has values that are not allowed; it is not changed then
 */
export async function loadConfig(home: Home): Promise<LoadedConfig> {
  const defaults = defaultsFor(home);
  const path = home.configFile;
  const adopted: string[] = [];
  const raw = await readOrComplete(home, defaults, adopted);
  const config = validateConfig(path, raw);
  const warnings = suspectKeys(raw, defaults);
  if (!home.is(config.ductor_home)) {
    warnings.push(
      `ductor_home in ${path} is ${JSON.stringify(config.ductor_home)}, but the home folder in ` +
        `use is ${home.root}; the key is not followed. To use another folder set DUCTOR_HOME`,
    );
  }
  if (raw.permission_mode !== undefined && raw.permission_mode !== config.permission_mode) {
    warnings.push(
      `permission_mode in ${path} is ${JSON.stringify(raw.permission_mode)}, which stands for ` +
        `${JSON.stringify(config.permission_mode)} here`,
    );
  }
  const open = await closeToOthers(path);
  if (open !== undefined) warnings.push(open);
  return { config, warnings, adopted };
}

/**
 * Changes the config file: `fn` gets the JSON object that is in it now, unknown keys and all, and
 * changes it or returns another. No other change gets lost in between. Returns the new config.
 *
 * @throws {ConfigError} the file cannot be read, or the change makes a value that is not allowed;
 *   the file stays as it is
 */
export function updateConfig(home: Home, fn: ChangeConfig): Promise<Config> {
  return locked(home, async () => {
    const found = await readRaw(home.configFile);
    const raw = found?.raw ?? defaultsFor(home);
    const before = structuredClone(raw);
    const next = fn(raw) ?? raw;
    const config = validateConfig(home.configFile, next, before);
    if (found === undefined || JSON.stringify(next) !== JSON.stringify(before)) {
      await write(home.configFile, found?.text, next);
    }
    return config;
  });
}

/**
 * The config to start with: that of the file, or, when it cannot be used, the last good copy.
 *
 * @returns With `problem`: that it is the copy, and what is wrong with the file; Markdown.
 * @throws {ConfigError} it cannot be used, and there is no copy
 */
export async function loadOrLastGood(home: Home): Promise<LoadedConfig & { problem?: string }> {
  try {
    const loaded = await loadConfig(home);
    await keepGood(home);
    return loaded;
  } catch (error) {
    const config = await insteadOf(error, home);
    const problem = "I started with the last config that could be used.\n\n" +
      (error as ConfigError).message;
    return { config, warnings: [], adopted: [], problem };
  }
}

/**
 * The config that a bot started now would use, without creating or changing anything; `undefined`:
 * there is none.
 *
 * @throws {ConfigError} as {@link loadOrLastGood}
 */
export async function peekOrLastGood(home: Home): Promise<Config | undefined> {
  try {
    return await peekConfig(home);
  } catch (error) {
    return await insteadOf(error, home);
  }
}

/** The last good copy, in place of a file that cannot be used for that reason; else throws it. */
async function insteadOf(error: unknown, home: Home): Promise<Config> {
  const config = error instanceof ConfigError ? await lastGood(home) : undefined;
  if (config === undefined) throw error;
  return config;
}

async function lastGood(home: Home): Promise<Config | undefined> {
  try {
    const copy = await readRaw(home.goodConfigFile);
    return copy && validateConfig(home.goodConfigFile, copy.raw);
  } catch {
    return undefined;
  }
}

/** Keeps the file, if it can be used, for a start with one that cannot. Never throws. */
export async function keepGood(home: Home): Promise<void> {
  try {
    const found = await readRaw(home.configFile);
    if (!found || !isConfigured(validateConfig(home.configFile, found.raw))) return;
    if ((await readRaw(home.goodConfigFile).catch(() => undefined))?.text === found.text) return;
    await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
    await writeFileAtomic(home.goodConfigFile, found.text);
  } catch (error) {
    log.warn("The config cannot be kept as the last good one: {error}", { error });
  }
}

/** Why a start would not use the file as it is; undefined: it would. */
export async function configProblem(home: Home): Promise<string | undefined> {
  try {
    const config = await peekConfig(home);
    if (config && isConfigured(config)) return undefined;
    return `${home.configFile} names no bot token, or nobody who may use the bot.`;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** The config of `home` as JSON, without creating or changing anything; `undefined`: none there. */
export async function peekConfig(home: Home): Promise<Config | undefined> {
  const found = await readRaw(home.configFile);
  if (found === undefined) return undefined;
  adoptQuietHours(found.raw);
  adoptGroupMode(found.raw);
  return validateConfig(home.configFile, found.raw);
}

async function readOrComplete(home: Home, defaults: Raw, adopted: string[]): Promise<Raw> {
  const raw = (await readRaw(home.configFile))?.raw;
  if (raw !== undefined && addMissing(structuredClone(raw), defaults).length === 0) return raw;
  try {
    return await locked(home, () => complete(home.configFile, defaults, adopted));
  } catch (error) {
    // A config that is mounted read-only is as good; the defaults hold without being written down.
    if (raw === undefined || !isReadOnly(error)) throw error;
    log.info("Cannot add missing keys to {path}: {error}", { path: home.configFile, error });
    return raw;
  }
}

async function complete(path: string, defaults: Raw, adopted: string[]): Promise<Raw> {
  // Read again: another process may have been quicker.
  const found = await readRaw(path);
  const raw = found?.raw ?? {};
  adoptQuietHours(raw);
  const mode = raw.permission_mode;
  if (!Object.hasOwn(raw, "verbosity") && permissionModeOf(mode) !== mode) {
    adopted.push(
      `\`permission_mode\` is \`${mode}\`, which stands for \`${permissionModeOf(mode)}\` here; ` +
        "/status → Permissions says what that is, and changes it.",
    );
  }
  if (adoptGroupMode(raw)) adopted.push(GROUP_MODE_KEPT);
  const added = addMissing(raw, defaults);
  validateConfig(path, raw);
  if (added.length > 0) await write(path, found?.text, raw);
  if (found !== undefined) log.info("Added missing keys to {path}: {added}", { path, added });
  return raw;
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    diskTroubleOf(error) === "read-only";
}

/** Adds to `raw` what only `defaults` has, where both are objects; returns the keys added. */
function addMissing(raw: Raw, defaults: Raw, prefix = ""): string[] {
  return Object.entries(defaults).flatMap(([key, value]) => {
    if (!Object.hasOwn(raw, key)) {
      raw[key] = structuredClone(value);
      return [prefix + key];
    }
    const own = raw[key];
    return isObject(own) && isObject(value) ? addMissing(own, value, `${prefix}${key}.`) : [];
  });
}

async function readRaw(path: string): Promise<{ raw: Raw; text: string } | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readFileIfExists(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(path, `Cannot read ${path}: ${reason}`);
  }
  if (bytes === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(path, `Cannot read ${path}: it is not UTF-8 text. ${WHAT_TO_DO}`);
  }
  let raw: unknown;
  try {
    raw = await parseJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const { line, column, offset, message } = error;
    const excerpt = safeExcerpt(text, offset, keyNames(defaultConfig()));
    throw new ConfigError(path, `Cannot read ${path}: ${message}\n${excerpt}\n${WHAT_TO_DO}`, {
      line,
      column,
    });
  }
  if (isObject(raw)) return { raw, text };
  throw new ConfigError(
    path,
    `Cannot read ${path}: found ${kindOf(raw)}, expected an object ("{", keys and values, "}"). ` +
      WHAT_TO_DO,
    { line: 1, column: 1 },
  );
}

const WHAT_TO_DO = "Mend the file, or move it away to start with a new one; it was not changed";

function defaultsFor(home: Home): Raw {
  return { ...defaultConfig(), ductor_home: home.configValue };
}

async function locked<R>(home: Home, fn: () => Promise<R>): Promise<R> {
  await Deno.mkdir(home.root, { recursive: true, mode: 0o700 });
  await Deno.mkdir(home.configDir, { recursive: true, mode: 0o700 });
  return await withFileLock(`${home.configFile}.lock`, fn);
}

/** @param before What is in the file; comments in it stay. */
async function write(path: string, before: string | undefined, raw: Raw): Promise<void> {
  // The user may keep the file elsewhere (with other dot files) and link to it. No agent can make
  // us write elsewhere by this: the config folder is not given to the sandbox.
  const target = await Deno.realPath(path).catch(() => path);
  await writeFileAtomic(target, await rewriteJson(before, raw));
}

/** Returns a warning when the file stays readable for others. */
async function closeToOthers(path: string): Promise<string | undefined> {
  if (Deno.build.os === "windows") return undefined;
  const { mode } = await Deno.stat(path);
  if (((mode ?? 0) & 0o077) === 0) return undefined;
  try {
    await Deno.chmod(path, 0o600);
    log.info("{path} holds secrets and was readable for others; it no longer is", { path });
    return undefined;
  } catch {
    return `${path} holds secrets and is readable for others; run: chmod 600 ${path}`;
  }
}

/**
 * The Python program had no quiet hours for jobs and hooks; the heartbeat's window silenced them,
 * heartbeat or not. Its default (21 to 8) did so to people who did not know, so it is not kept. Who
 * has written other hours into the file knew about them and relies on them: they become
 * `quiet_hours`. Does nothing to a file that has `quiet_hours`.
 */
export function adoptQuietHours(raw: Raw): void {
  if (Object.hasOwn(raw, "quiet_hours")) return;
  const heartbeat = raw.heartbeat;
  if (typeof heartbeat !== "object" || heartbeat === null) return;
  const { quiet_start: start = QUIET_START, quiet_end: end = QUIET_END } = heartbeat as Raw;
  if (Number(start) === QUIET_START && Number(end) === QUIET_END) return;
  raw.quiet_hours = { start, end };
}

const GROUP_MODE_KEPT =
  "In groups I answer everything, as the Python program did. Only when I am " +
  "mentioned or replied to: `ductor config set group_mode mention`.";

/**
 * A home of the Python program goes on in groups as it did: it answers everything, or what its newer
 * versions were told by `group_mention_only`. Such a config has keys of that program, and none of
 * ours; one written by hand has few.
 *
 * @returns Whether everything is answered there, which a bot of ours would not do.
 */
export function adoptGroupMode(raw: Raw): boolean {
  const has = (key: string) => Object.hasOwn(raw, key);
  if (has("group_mode") || has("verbosity")) return false;
  if (!has("group_mention_only") && !(has("allowed_user_ids") && has("idle_timeout_minutes"))) {
    return false;
  }
  const mentioned = raw.group_mention_only === true || raw.group_mention_only === "true";
  raw.group_mode = mentioned ? "mention" : "all";
  const { allowed_group_ids: groups } = raw;
  return !mentioned && !(Array.isArray(groups) && groups.length === 0);
}
