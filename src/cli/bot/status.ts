/** `ductor status`: whether the bot runs, with what, and where everything is. */
import { isRunning } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import { askBot } from "../../app/report.ts";
import { ConfigError } from "../../config/config_error.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { containerName } from "../../sandbox/settings.ts";
import { peekConfig } from "../../config/load.ts";
import { type Config, isConfigured } from "../../config/schema.ts";
import { telegramJson } from "../../telegram/liveness.ts";
import { print } from "../output.ts";

/** Exit code of a status that says "not running", as service scripts have it (LSB). */
const NOT_RUNNING = 3;

export interface Status {
  version: string;
  configured: boolean;
  running: boolean;
  pid?: number;
  uptime_seconds?: number;
  supervised?: boolean;
  service?: boolean;
  provider?: string;
  model?: string;
  permission_mode?: string;
  docker?: { enabled: boolean; container: string };
  /** Whether Telegram answers the bot, ISO 8601; absent: the bot does not say. */
  telegram?: { answered_at?: string; failing_since?: string; failure?: string };
  /** Errors in the log file that is written now. */
  errors: number;
  problem?: string;
  paths: Record<"home" | "config" | "workspace" | "logs" | "sessions", string>;
}

/** @returns 0: it runs; 3: it does not */
export async function status(options: { json: boolean; version: string }): Promise<number> {
  const home = resolveHome(Deno.env);
  const found = await readStatus(home, options.version);
  print(options.json ? JSON.stringify(found) : inWords(found));
  return found.running ? 0 : NOT_RUNNING;
}

/** Looks only; makes and changes nothing. */
export async function readStatus(
  home: Home,
  version: string,
  now = Date.now(),
): Promise<Status> {
  let config: Config | undefined;
  let problem: string | undefined;
  try {
    config = await peekConfig(home);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problem = error.message;
  }
  const instance = await findInstance(home);
  const holder = instance.bot ?? instance.supervisor;
  const began = holder ? Date.parse(holder.since) : undefined;
  const pid = holder?.pid ?? instance.original?.pid;
  const telegram = (await askBot(home))?.telegram;
  return {
    version,
    configured: config !== undefined && isConfigured(config),
    running: isRunning(instance),
    ...pid !== undefined && { pid },
    ...began !== undefined && { uptime_seconds: Math.max(0, Math.floor((now - began) / 1000)) },
    ...holder && {
      supervised: instance.supervisor !== undefined,
      service: (instance.supervisor ?? holder).service ?? false,
    },
    ...config && {
      provider: config.provider,
      model: config.model,
      permission_mode: config.permission_mode,
      docker: { enabled: config.docker.enabled, container: containerName(home, config.docker) },
    },
    ...telegram && { telegram: telegramJson(telegram) },
    errors: await countErrors(home.logFile),
    ...problem !== undefined && { problem },
    paths: {
      home: home.root,
      config: home.configFile,
      workspace: home.workspaceDir,
      logs: home.logsDir,
      sessions: home.sessionsFile,
    },
  };
}

async function countErrors(path: string): Promise<number> {
  const text = await Deno.readTextFile(path).catch(() => "");
  const plain = text.match(/^[\d-]+ [\d:]+ \[(?:ERROR|CRITICAL)\]/gm)?.length ?? 0;
  const json = text.match(/^\{.*?"level":"(?:ERROR|CRITICAL)"/gm)?.length ?? 0;
  return plain + json;
}

function inWords(status: Status): string {
  const { docker, paths, telegram } = status;
  const by = status.service ? "by the service" : status.supervised ? "supervised" : "directly";
  const running = !status.running ? "no" : `yes, process ${status.pid}` +
    (status.uptime_seconds === undefined
      ? " (the Python original)"
      : `, for ${duration(status.uptime_seconds)}, ${by}`);
  const lines = [
    ["Version", status.version],
    ["Running", running],
    ...telegram === undefined ? [] : [["Telegram", telegramLine(telegram)]],
    ...status.provider === undefined
      ? []
      : [["Agent", `${status.provider} (${status.model || "default model"})`]],
    ...status.permission_mode === undefined ? [] : [["Permissions", status.permission_mode]],
    ...docker === undefined
      ? []
      : [["Sandbox", docker.enabled ? `Docker, container ${docker.container}` : "off"]],
    ["Errors", status.errors === 0 ? "none in the log" : `${status.errors} in the log`],
    ["Home", paths.home],
    ["Config", paths.config],
    ["Workspace", paths.workspace],
    ["Logs", paths.logs],
    ["Sessions", paths.sessions],
  ];
  const table = lines.map(([name = "", value]) => `${name.padEnd(12)} ${value}`).join("\n");
  const hint = status.problem ??
    (!status.configured
      ? "ductor is not configured yet. Run: ductor onboarding"
      : status.running
      ? undefined
      : "Start it with: ductor start");
  return hint === undefined ? table : `${table}\n\n${hint}`;
}

function telegramLine({ answered_at, failing_since, failure }: NonNullable<Status["telegram"]>) {
  const at = (time: string) => `${time.replace("T", " ").slice(0, 19)} UTC`;
  const last = answered_at === undefined ? "not answered yet" : `answered at ${at(answered_at)}`;
  return failing_since === undefined
    ? last
    : `no answer since ${at(failing_since)} (${failure}); ${last}`;
}

/** `1d 2h 3m`, without leading zeros. */
export function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
  ] as const;
  const first = parts.findIndex(([n]) => n > 0);
  return first < 0
    ? `${Math.floor(seconds)}s`
    : parts.slice(first).map(([n, unit]) => n + unit).join(" ");
}
