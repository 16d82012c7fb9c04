/**
 * Which time zone the user lives in: quiet hours, schedules and the daily reset are read in it.
 *
 * @module
 */
import { processEnv } from "../base/process_env.ts";

/** What the answer depends on besides the config; passed in. */
export interface TimeZoneSources {
  env: { get(name: string): string | undefined };
  os: typeof Deno.build.os;
  /** Target of a symbolic link; throws when there is none. */
  readLink(path: string): string;
  /** Name of the system's zone as the runtime knows it; asked on Windows only. */
  runtimeZone(): string;
}

export interface ResolvedTimeZone {
  /** IANA name, such as `Europe/Berlin`. */
  zone: string;
  source: "config" | "TZ" | "system" | "default";
  /** For the user: `user_timezone` is set and cannot be used. */
  warning?: string;
}

/**
 * The configured zone, else that of the environment variable `TZ`, else the system's, else `UTC`;
 * of each only if it is a valid IANA name.
 */
export function resolveTimeZone(
  configured: string,
  sources: TimeZoneSources = systemSources(),
): ResolvedTimeZone {
  const wanted = configured.trim();
  if (isTimeZone(wanted)) return { zone: wanted, source: "config" };
  const found = fromSystem(sources);
  if (wanted === "") return found;
  return {
    ...found,
    warning: `user_timezone is ${JSON.stringify(wanted)}, which is no IANA time zone (such as ` +
      `"Europe/Berlin"); ${found.zone} is used instead`,
  };
}

/** Whether `name` is an IANA time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as "+02:00"; those know no summer time and are no IANA names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** {@link isTimeZone} for many names: each is looked up once, which takes a fifth of a millisecond. */
export function zoneCheck(): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let is = known.get(name);
    if (is === undefined) known.set(name, is = isTimeZone(name));
    return is;
  };
}

function fromSystem({ env, os, readLink, runtimeZone }: TimeZoneSources): ResolvedTimeZone {
  // POSIX allows a colon before the name, and the name may be the path of a zone file.
  const tz = zoneOfPath((env.get("TZ") ?? "").trim().replace(/^:/, ""));
  if (isTimeZone(tz)) return { zone: tz, source: "TZ" };
  let system = "";
  try {
    system = os === "windows" ? runtimeZone() : zoneOfPath(readLink("/etc/localtime"));
  } catch {
    // No such link: a container, or a file copied there.
  }
  return isTimeZone(system)
    ? { zone: system, source: "system" }
    : { zone: "UTC", source: "default" };
}

/** `/usr/share/zoneinfo/Europe/Berlin` → `Europe/Berlin`; a plain name stays as it is. */
function zoneOfPath(path: string): string {
  return path.split("/zoneinfo/").at(-1)!.replace(/^(posix|right)\//, "");
}

function systemSources(): TimeZoneSources {
  return {
    env: processEnv,
    os: Deno.build.os,
    readLink: (path) => Deno.readLinkSync(path),
    runtimeZone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
