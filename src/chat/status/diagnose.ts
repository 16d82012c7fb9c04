import type { Agent } from "../../agents/agent.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { AgentPool } from "../../agents/pool.ts";
import { VERSION } from "../../base/about.ts";
import { readEnd } from "../../base/file_end.ts";
import type { PatternCounter } from "../../base/patterns.ts";
import { redact } from "../../base/redaction.ts";
import { agoOf, shorten } from "../../base/text.ts";
import type { Home } from "../../config/home.ts";
import { netHost } from "../../config/reach.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { split } from "../../telegram/render/mod.ts";
import { bold, type Part, textOf } from "../../telegram/text.ts";
import type { Command } from "../commands/command.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { permissionsInForce } from "./permissions_in_force.ts";
import { texts } from "./texts.ts";

const { diagnose: say } = texts;

/** More than this is not looked at, however long the lines are. */
const LOG_BYTES = 64 * 1024;
const LOG_LINES = 30;
const LOG_WIDTH = 240;

export interface DiagnoseNeeds {
  home: Home;
  config(): Config;
  agents: Record<ProviderName, Agent>;
  models: Pick<ModelCatalogue, "known" | "updatedAt">;
  pool: Pick<AgentPool, "stats">;
  conversations: Pick<Conversations, "running">;
  /** Counts messages that look like an attempt to take over the agent. */
  patterns: Pick<PatternCounter, "counts">;
  /** What runs beside the conversations, a line each. */
  background(address: Address): Promise<string[]>;
  /** What must not appear in a chat. */
  secrets(): readonly string[];
  outbox: Pick<Outbox, "send">;
}

/** `/diagnose`: what one would ask about when something does not work. */
export function diagnoseCommand(needs: DiagnoseNeeds): Command {
  const { home, config, background, secrets, outbox } = needs;
  return {
    name: "diagnose",
    description: say.description,
    group: "System",
    when: "now",
    async run({ address }) {
      const apiHost = netHost(new URL(config().telegram_api_root));
      const parts: Part[] = [
        bold(say.title),
        `\n\nductor ${VERSION}`,
        `\nDeno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
        Deno.build.standalone ? "" : say.fromSource,
        `\n${await systemLine()}`,
        `\n${say.home(home.configValue)}`,
        ...section(texts.agents, await agentLines(needs)),
        ...section(say.ownPermissions, await permissionsInForce({ home: home.root, apiHost })),
        ...section(texts.byItself, await background(address)),
        ...section(say.sinceStart, sinceStart(needs)),
        ...await logParts(home.logFile),
      ];
      const clean = (text: string) => redact(text, secrets());
      const cleaned = parts.map((part) =>
        typeof part === "string" ? clean(part) : { ...part, text: clean(part.text) }
      );
      await outbox.send(address, { pieces: split(textOf(cleaned, Infinity)) });
    },
  };
}

function section(title: string, lines: readonly string[]): Part[] {
  return lines.length === 0 ? [] : ["\n\n", bold(title), ...lines.map((line) => `\n${line}`)];
}

async function systemLine(): Promise<string> {
  const { os, arch } = Deno.build;
  const may = async (kind: "osRelease" | "systemMemoryInfo") =>
    (await Deno.permissions.query({ name: "sys", kind })).state === "granted";
  const release = await may("osRelease") ? ` ${Deno.osRelease()}` : "";
  const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
  const free = await may("systemMemoryInfo")
    ? megabytes(Deno.systemMemoryInfo().available)
    : undefined;
  return say.system(`${os} ${arch}${release}`, megabytes(Deno.memoryUsage().rss), free);
}

async function agentLines({ agents, models, pool, config }: DiagnoseNeeds): Promise<string[]> {
  const lines = await Promise.all(
    PROVIDER_NAMES.map(async (provider) => {
      const { installed, version, login, outdated } = await agents[provider].authState();
      const { title: name } = PROVIDERS[provider];
      if (!installed) return [texts.agent.absent(name)];
      if (outdated !== undefined) return [texts.agent.outdated(name, outdated)];
      const updated = models.updatedAt(provider);
      const count = models.known(provider).length;
      return [
        say.agent(name, version, login),
        updated === undefined
          ? say.modelsUnknown(name)
          : say.models(name, count, agoOf(Date.now() - updated.getTime())),
      ];
    }),
  );
  const warm = pool.stats().map(({ provider, pid, busy }) =>
    say.process(PROVIDERS[provider].title, pid, busy)
  );
  const { provider, model, permission_mode } = config();
  return [...lines.flat(), say.config(provider, model, permission_mode), ...warm];
}

function sinceStart({ patterns, conversations }: DiagnoseNeeds): string[] {
  const suspicious = [...patterns.counts.values()].reduce((sum, count) => sum + count, 0);
  return [say.running(conversations.running), say.suspicious(suspicious)];
}

async function logParts(file: string): Promise<Part[]> {
  const lines = await lastLines(file, LOG_LINES, LOG_WIDTH).catch((error) => [
    say.logUnreadable(error instanceof Error ? error.message : String(error)),
  ]);
  return [
    "\n\n",
    bold(say.log),
    "\n",
    lines.length === 0 ? say.noLog : { type: "pre", text: lines.join("\n") },
  ];
}

/** The last `count` lines that say something, each at most `width` characters. */
export async function lastLines(file: string, count: number, width: number): Promise<string[]> {
  const { lines = [] } = await readEnd(file, LOG_BYTES) ?? {};
  return lines.filter((line) => line.trim() !== "").slice(-count)
    .map((line) => shorten(line, width));
}
