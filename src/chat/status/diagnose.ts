import { PROVIDER_NAMES, PROVIDERS } from "../../agents/provider.ts";
import { agoOf, counted } from "../../base/text.ts";
import { VERSION } from "../../base/about.ts";
import { netHost } from "../../config/reach.ts";
import { redact } from "../../base/redaction.ts";
import { split } from "../../telegram/render/mod.ts";
import { bold, type Part, textOf } from "../../telegram/text.ts";
import type { Command, CommandContext } from "../commands/command.ts";
import { lastLines } from "./log_tail.ts";
import { permissionsInForce } from "./permissions_in_force.ts";

const LOG_LINES = 30;
const LOG_WIDTH = 240;

/** `/diagnose`: what one would ask about when something does not work. */
export const diagnose: Command = {
  description: "What to look at when something fails",
  group: "System",
  when: "now",
  async run({ address }, _, context) {
    const secrets = context.secrets();
    const clean = (text: string) => redact(text, secrets);
    const parts: Part[] = [
      bold("Diagnosis"),
      `\n\nductor ${VERSION}`,
      `\nDeno ${Deno.version.deno}, V8 ${Deno.version.v8}${
        Deno.build.standalone ? "" : ", from source"
      }`,
      `\n${await systemLine()}`,
      "\nHome: " + context.home.configValue,
      ...section("Agents", await agentLines(context)),
      ...section("Permissions of ductor itself", await ownPermissions(context)),
      ...section("By itself", await context.background(address)),
      ...section("Since the start", sinceStart(context)),
    ];
    const lines = (await lastLines(context.home.logFile, LOG_LINES, LOG_WIDTH).catch((error) => [
      `The log cannot be read: ${error instanceof Error ? error.message : error}`,
    ])).map(clean);
    parts.push("\n\n", bold("End of the log"), "\n");
    parts.push(lines.length === 0 ? "Nothing in it." : { type: "pre", text: lines.join("\n") });
    const cleaned = parts.map((part) =>
      typeof part === "string" ? clean(part) : { ...part, text: clean(part.text) }
    );
    await context.outbox.send(address, { pieces: split(textOf(cleaned, Infinity)) });
  },
};

function section(title: string, lines: readonly string[]): Part[] {
  return lines.length === 0 ? [] : ["\n\n", bold(title), ...lines.map((line) => `\n${line}`)];
}

async function systemLine(): Promise<string> {
  const { os, arch } = Deno.build;
  const may = async (kind: "osRelease" | "systemMemoryInfo") =>
    (await Deno.permissions.query({ name: "sys", kind })).state === "granted";
  const release = await may("osRelease") ? ` ${Deno.osRelease()}` : "";
  const own = Math.round(Deno.memoryUsage().rss / 1_000_000);
  const free = await may("systemMemoryInfo")
    ? `, ${Math.round(Deno.systemMemoryInfo().available / 1_000_000)} MB free`
    : "";
  return `${os} ${arch}${release}; memory ${own} MB${free}`;
}

async function agentLines({ agents, models, pool, config }: CommandContext) {
  const lines = await Promise.all(
    PROVIDER_NAMES.map(async (provider) => {
      const { installed, version, login, outdated } = await agents[provider].authState();
      const { title: name, update } = PROVIDERS[provider];
      if (!installed) return [`${name}: not installed`];
      if (outdated) return [`${name}: too old; update it with ${update}`];
      const updated = models.updatedAt(provider);
      const known = models.known(provider);
      return [
        `${name}: ${version ?? "version unknown"}, login: ${login}`,
        updated === undefined
          ? `${name}'s models: not asked yet`
          : `${name}'s models: ${known.length}, read ${agoOf(Date.now() - updated.getTime())}`,
      ];
    }),
  );
  const warm = pool.stats().map(({ provider, pid, busy }) =>
    `${PROVIDERS[provider].title} process ${pid}: ${busy ? "working" : "waiting"}`
  );
  const { provider, model, permission_mode } = config();
  const settings = `Config: ${provider}, ${model || "default model"}, ${permission_mode}`;
  return [...lines.flat(), settings, ...warm];
}

async function ownPermissions({ home, config }: CommandContext): Promise<string[]> {
  const apiHost = netHost(new URL(config().telegram_api_root));
  return await permissionsInForce({ home: home.root, apiHost });
}

function sinceStart({ suspicious, conversations }: CommandContext): string[] {
  return [
    `Running: ${counted(conversations.running, "conversation")}`,
    ...suspicious ? [`Messages with suspicious patterns: ${suspicious()}`] : [],
  ];
}
