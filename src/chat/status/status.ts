import { agoOf, counted } from "../../base/text.ts";
import type { Agent, ProviderName } from "../../agents/agent.ts";
import { keyOf } from "../../conversation/address.ts";
import type { SessionBucket } from "../../conversation/sessions.ts";
import { modelName } from "../model/names.ts";
import { PERMISSION_TEXTS } from "../permissions/texts.ts";
import { openPanel } from "../panels/panel.ts";
import { PROVIDER_NAMES } from "../provider_names.ts";
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
      ` of ${PROVIDER_NAMES[provider]}${effortText(context, provider)}`,
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
    for (const agent of Object.values(agents)) parts.push("\n" + await agentLine(agent));
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
  const { claude_effort, reasoning_effort } = config();
  const effort = provider === "claude" ? claude_effort : reasoning_effort;
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

async function agentLine(agent: Agent): Promise<string> {
  const { installed, version, login, detail } = await agent.authState();
  const name = PROVIDER_NAMES[agent.provider];
  if (!installed) return `${name}: not installed`;
  const words = {
    yes: detail ? `logged in (${detail})` : "logged in",
    no: "not logged in",
    unknown: "login not known yet",
  };
  const number = /\d+(?:\.\d+)+/.exec(version ?? "")?.[0];
  return `${name}${number ? ` ${number}` : ""}: ${words[login]}`;
}

function nameOfProvider(name: string): string {
  return name in PROVIDER_NAMES ? PROVIDER_NAMES[name as ProviderName] : name;
}
