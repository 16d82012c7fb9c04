import { isProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { agoOf, counted } from "../../base/text.ts";
import type { Agent } from "../../agents/agent.ts";
import { keyOf } from "../../conversation/address.ts";
import type { SessionBucket } from "../../conversation/sessions.ts";
import { modelName } from "../model/names.ts";
import { PERMISSION_TEXTS } from "../permissions/texts.ts";
import { openPanel } from "../panels/panel.ts";
import { bold, code, italic, type Part } from "../../telegram/text.ts";
import type { Command, CommandContext } from "../commands/command.ts";

/** `/status`: what is going on, with whom, and what it has cost. */
export const status: Command = {
  description: "What is going on, what it cost",
  group: "Session",
  when: "now",
  async run({ address }, _, context) {
    const { conversations, sessions, pool, agents } = context;
    const config = context.config();
    const conversation = conversations.at(address);
    const { provider, model } = await context.choose(address);
    const entry = await sessions.get(address);
    const running = conversation?.running ?? false;
    const waiting = conversation?.waiting.length ?? 0;
    const parts: Part[] = [
      bold("Status"),
      `\n\nWorking: ${running ? "yes" : "no"}${waiting > 0 ? `, ${waiting} waiting` : ""}`,
      "\nModel: ",
      bold(modelName(context, provider, model)),
      ` of ${PROVIDERS[provider].title}${effortText(context, provider)}`,
      `\nPermissions: ${PERMISSION_TEXTS[config.permission_mode].name}`,
    ];
    const buckets = Object.entries(entry?.provider_sessions ?? {})
      .filter(([, bucket]) => bucket.session_id !== "")
      // The one that is talked to comes first.
      .sort(([a], [b]) => Number(b === provider) - Number(a === provider));
    if (buckets.length === 0) parts.push("\n\n", italic("No session yet; just write."));
    for (const [name, bucket] of buckets) {
      parts.push("\n\n", bold(nameOfProvider(name)), ...sessionParts(bucket, entry?.last_active));
    }
    parts.push("\n\n", bold("Agents"));
    for (const name of PROVIDER_NAMES) parts.push("\n" + await agentLine(name, agents[name]));
    const warm = pool.stats();
    const here = warm.some(({ key }) => key === keyOf(address)) ? ", one of them here" : "";
    parts.push(`\nKept warm: ${warm.length}${here}`);
    const beside = await context.background(address);
    if (beside.length > 0) parts.push("\n\n", bold("By itself"), ...beside.map((l) => `\n${l}`));
    await openPanel(context, address, {
      parts,
      buttons: [[
        { label: "Change model", action: "model:new" },
        { label: "Permissions", action: "perm:new" },
      ]],
    });
  },
};

function effortText({ config }: CommandContext, provider: ProviderName): string {
  const effort = config()[PROVIDERS[provider].effort.key];
  return effort === "" ? "" : `, effort ${effort}`;
}

function sessionParts(bucket: SessionBucket, active: string | undefined): Part[] {
  const cost = bucket.total_cost_usd > 0 ? `, $${bucket.total_cost_usd.toFixed(4)}` : "";
  const last = Date.parse(bucket.last_active ?? active ?? "");
  const ago = Number.isNaN(last) ? "" : `\nLast used: ${agoOf(Date.now() - last)}`;
  return [
    "\nSession ",
    code(bucket.session_id.slice(0, 8)),
    `: ${counted(bucket.message_count, "message")}, ${counted(bucket.total_tokens, "token")}`,
    cost + ago,
  ];
}

async function agentLine(provider: ProviderName, agent: Agent): Promise<string> {
  const { installed, version, login, detail, outdated } = await agent.authState();
  const { title, update } = PROVIDERS[provider];
  if (!installed) return `${title}: not installed`;
  if (outdated) return `${title}: too old; update it with ${update}`;
  const words = {
    yes: detail ? `logged in (${detail})` : "logged in",
    no: "not logged in",
    unknown: "login not known yet",
  };
  const number = /\d+(?:\.\d+)+/.exec(version ?? "")?.[0];
  return `${title}${number ? ` ${number}` : ""}: ${words[login]}`;
}

function nameOfProvider(name: string): string {
  return isProvider(name) ? PROVIDERS[name].title : name;
}
