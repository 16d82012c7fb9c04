import type { Agent } from "../../agents/agent.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { AgentPool } from "../../agents/pool.ts";
import type { Config } from "../../config/schema.ts";
import { type Address, isOf } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Places } from "../../conversation/places.ts";
import { permissionModeIn, wantedEffort } from "../../conversation/run_spec.ts";
import type { SessionBucket, Sessions } from "../../conversation/sessions.ts";
import { agoOf } from "../../base/text.ts";
import { bold, code, italic, type Part } from "../../telegram/text.ts";
import type { Besides } from "../beside/beside.ts";
import type { Command } from "../commands/command.ts";
import { modelName } from "../model/names.ts";
import { openPanel, type PanelContext } from "../panels/panel.ts";
import { PERMISSION_TEXTS } from "../permissions/texts.ts";
import { isProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { texts } from "./texts.ts";

const { status: say } = texts;

export interface StatusNeeds extends PanelContext {
  config(): Config;
  choose(address: Address): Promise<Choice>;
  places: Pick<Places, "of">;
  conversations: Pick<Conversations, "at">;
  sessions: Pick<Sessions, "get">;
  agents: Record<ProviderName, Agent>;
  models: Pick<ModelCatalogue, "known">;
  pool: Pick<AgentPool, "stats">;
  besides: Pick<Besides, "at">;
  /** What runs beside the conversations: heartbeat, jobs, webhooks; a line each for what there is. */
  background(address: Address): Promise<string[]>;
}

/** `/status`: what is going on, with whom, and what it has cost. */
export function statusCommand(needs: StatusNeeds): Command {
  return {
    name: "status",
    description: say.description,
    group: "Session",
    when: "now",
    async run({ address }) {
      await openPanel(needs, address, {
        parts: [
          bold(say.title),
          ...await nowParts(address, needs),
          ...await sessionsParts(address, needs),
          ...await agentsParts(address, needs),
          ...await backgroundParts(address, needs),
        ],
        buttons: [[
          { label: say.changeModel, action: "model:new" },
          { label: say.permissionsButton, action: "perm:new" },
        ]],
      });
    },
  };
}

async function nowParts(address: Address, needs: StatusNeeds): Promise<Part[]> {
  const { provider, model } = await needs.choose(address);
  const { project, gone } = await needs.places.of(address);
  const conversation = needs.conversations.at(address);
  const config = needs.config();
  const where = gone ? say.gone(gone.name) : project && say.project(project.name, project.folder);
  return [
    `\n\n${say.working(conversation?.running ?? false, conversation?.waiting.length ?? 0)}`,
    ...where === undefined ? [] : [`\n${where}`],
    `\n${say.model}`,
    bold(modelName(needs, provider, model)),
    say.of(PROVIDERS[provider].title, wantedEffort({ provider, project }, config)),
    `\n${say.permissions(PERMISSION_TEXTS[permissionModeIn(project, config)].name)}`,
  ];
}

async function sessionsParts(address: Address, needs: StatusNeeds): Promise<Part[]> {
  const { provider } = await needs.choose(address);
  const { seat } = await needs.places.of(address);
  const entry = await needs.sessions.get(seat);
  const buckets = Object.entries(entry?.provider_sessions ?? {})
    .filter(([, { session_id }]) => session_id !== "")
    // The one that is talked to comes first.
    .sort(([a], [b]) => Number(b === provider) - Number(a === provider));
  if (buckets.length === 0) return ["\n\n", italic(say.noSession)];
  return buckets.flatMap(([name, bucket]): Part[] => [
    "\n\n",
    bold(isProvider(name) ? PROVIDERS[name].title : name),
    ...sessionParts(bucket, entry?.last_active),
  ]);
}

function sessionParts(bucket: SessionBucket, active: string | undefined): Part[] {
  const last = Date.parse(bucket.last_active ?? active ?? "");
  return [
    `\n${say.session}`,
    code(bucket.session_id.slice(0, 8)),
    say.used(bucket.message_count, bucket.total_tokens, bucket.total_cost_usd),
    Number.isNaN(last) ? "" : `\n${say.last(agoOf(Date.now() - last))}`,
  ];
}

async function agentsParts(
  address: Address,
  { agents, besides, pool }: StatusNeeds,
): Promise<Part[]> {
  const parts: Part[] = ["\n\n", bold(texts.agents)];
  for (const name of PROVIDER_NAMES) parts.push(`\n${await agentLine(name, agents[name])}`);
  const warm = pool.stats();
  parts.push(`\n${say.warm(warm.length, warm.some(({ key }) => isOf(key, address)))}`);
  const tasks = warm.filter(({ key }) => isOf(key, address)).flatMap(({ tasks }) => tasks);
  const titles = [...tasks.map(({ title }) => title), ...besides.at(address)];
  if (titles.length > 0) parts.push(`\n${say.background(titles)}`);
  return parts;
}

async function agentLine(provider: ProviderName, agent: Agent): Promise<string> {
  const { installed, version, login, detail, outdated } = await agent.authState();
  const { title: name } = PROVIDERS[provider];
  if (!installed) return texts.agent.absent(name);
  if (outdated !== undefined) return texts.agent.outdated(name, outdated);
  const number = /\d+(?:\.\d+)+/.exec(version ?? "")?.[0];
  return texts.agent.state(name, number, texts.agent.login[login](detail));
}

async function backgroundParts(address: Address, { background }: StatusNeeds): Promise<Part[]> {
  const lines = await background(address);
  return lines.length === 0
    ? []
    : ["\n\n", bold(texts.byItself), ...lines.map((line) => `\n${line}`)];
}
