/** The slash commands: what `/help` lists and what they answer. */
import type { Agent, ProviderName } from "../agents/agent.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { AgentPool } from "../agents/pool.ts";
import type { Config } from "../config/schema.ts";
import { type Address, keyOf } from "../conversation/address.ts";
import type { Choice } from "../conversation/choice.ts";
import type { Conversations } from "../conversation/conversations.ts";
import type { SessionBucket, Sessions } from "../conversation/sessions.ts";
import type { Speaker } from "../conversation/speaker.ts";
import type { Incoming } from "./incoming.ts";

export interface CommandContext {
  config(): Config;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config>): Promise<void>;
  agents: Record<ProviderName, Agent>;
  choose(address: Address): Promise<Choice>;
  models: ModelCatalogue;
  pool: AgentPool;
  sessions: Sessions;
  conversations: Conversations;
  speaker: Speaker;
}

interface Command {
  description: string;
  /**
   * `now`: answers while a turn runs. `in_turn`: waits for its place in the conversation.
   */
  when: "now" | "in_turn";
  run(incoming: Incoming, args: string, context: CommandContext): Promise<void>;
}

/** In the order of the menu. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  start: { description: "Say hello", when: "now", run: start },
  new: { description: "Begin a new session", when: "in_turn", run: reset },
  stop: { description: "Stop the agent and drop what waits", when: "now", run: actsBefore },
  interrupt: { description: "Stop this, go on with what waits", when: "now", run: actsBefore },
  status: { description: "What is going on, what it cost", when: "now", run: status },
  model: { description: "Show or change the model", when: "now", run: model },
  help: { description: "All commands", when: "now", run: help },
};

const PROVIDER_NAMES: Record<ProviderName, string> = { claude: "Claude Code", codex: "Codex" };

async function start({ address, from }: Incoming, _: string, context: CommandContext) {
  const { provider, model } = await context.choose(address);
  await context.speaker.say(
    address,
    `**Hello${from.first_name ? `, ${from.first_name}` : ""}!**\n\n` +
      `I am ductor. What you write here goes to ${PROVIDER_NAMES[provider]}` +
      `${model ? ` (${model})` : ""} on your own machine, and the answer comes back as it is ` +
      "written.\n\nJust write. /help lists what else I know, /stop ends a running answer.",
  );
}

async function help({ address }: Incoming, _: string, { speaker }: CommandContext) {
  const lines = Object.entries(COMMANDS).map(([name, { description }]) =>
    `/${name} – ${description}`
  );
  await speaker.say(
    address,
    `**Commands**\n\n${lines.join("\n")}\n\n` +
      "`@opus your question` asks another model once. Everything else goes to the agent.",
  );
}

/** `/stop` and `/interrupt` act before any queue; they are here for the list only. */
async function actsBefore() {}

async function reset({ address }: Incoming, _: string, context: CommandContext) {
  const { provider } = await context.choose(address);
  await context.pool.closeKey(keyOf(address), provider);
  await context.sessions.reset(address, provider);
  await context.speaker.say(
    address,
    `**New session** with ${PROVIDER_NAMES[provider]}. Sessions with others are kept.`,
  );
}

async function model({ address }: Incoming, args: string, context: CommandContext) {
  const { models, sessions, speaker, conversations } = context;
  const now = await context.choose(address);
  if (args === "") {
    return await speaker.say(
      address,
      `This conversation uses **${now.model || "the default model"}** of ` +
        `${PROVIDER_NAMES[now.provider]}.\n\n\`/model NAME\` changes it.`,
    );
  }
  const wanted = await models.find(args);
  if (!wanted) {
    const near = models.nearest(args, 3).map((name) => `\`${name}\``);
    const hint = near.length > 0 ? ` Did you mean ${near.join(", ")}?` : "";
    return await speaker.say(address, `I know no model called “${args}”.${hint}`);
  }
  if (wanted.provider === now.provider && wanted.model === now.model) {
    return await speaker.say(address, `This conversation already uses **${wanted.model}**.`);
  }
  await sessions.choose(address, wanted.provider, wanted.model);
  // New conversations start with it as well.
  await context.changeConfig({ provider: wanted.provider, model: wanted.model });
  const from = now.provider === wanted.provider
    ? ""
    : ` (${PROVIDER_NAMES[wanted.provider]}; the session with ${
      PROVIDER_NAMES[now.provider]
    } is kept)`;
  const when = conversations.at(address)?.running ? ", from the next message on" : "";
  await speaker.say(address, `Model: **${wanted.model}**${from}${when}.`);
}

async function status({ address }: Incoming, _: string, context: CommandContext) {
  const { conversations, sessions, pool, agents } = context;
  const conversation = conversations.at(address);
  const running = conversation?.running ?? false;
  const waiting = conversation?.waiting.length ?? 0;
  const { provider, model } = await context.choose(address);
  const entry = await sessions.get(address);
  const lines = [
    `Working: ${running ? "yes" : "no"}${waiting > 0 ? `, ${waiting} waiting` : ""}`,
    `Model: ${model || "default"} (${PROVIDER_NAMES[provider]})`,
    `Permissions: ${context.config().permission_mode}`,
  ];
  const buckets = Object.entries(entry?.provider_sessions ?? {}).filter(([, b]) => b.session_id);
  if (buckets.length === 0) lines.push("Session: none yet");
  for (const [name, bucket] of buckets) lines.push(sessionLine(name, bucket));
  for (const agent of Object.values(agents)) {
    const { installed, version, login } = await agent.authState();
    const state = !installed
      ? "not installed"
      : `${version ?? "installed"}${login === "no" ? ", not logged in" : ""}`;
    lines.push(`${PROVIDER_NAMES[agent.provider]}: ${state}`);
  }
  lines.push(`Warm agents: ${pool.stats().length}`);
  await context.speaker.say(address, `**Status**\n\n${lines.join("\n")}`);
}

function sessionLine(provider: string, bucket: SessionBucket): string {
  const name = PROVIDER_NAMES[provider as ProviderName] ?? provider;
  const count = bucket.message_count === 1 ? "1 message" : `${bucket.message_count} messages`;
  const tokens = bucket.total_tokens.toLocaleString("en-US");
  const cost = bucket.total_cost_usd > 0 ? `, $${bucket.total_cost_usd.toFixed(4)}` : "";
  return `Session with ${name}: \`${
    bucket.session_id.slice(0, 8)
  }\`, ${count}, ${tokens} tokens${cost}`;
}
