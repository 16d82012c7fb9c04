/** What a slash command is, and what it gets to work with. */
import type { Agent } from "../../agents/agent.ts";
import type { ProviderName } from "../../agents/provider.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { AgentPool } from "../../agents/pool.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Request } from "../../conversation/request.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Press } from "../presses.ts";
import type { Api } from "../../telegram/api.ts";
import type { Incoming } from "../incoming/incoming.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Place } from "../browse/view.ts";
import type { PanelStates } from "../panels/panel_states.ts";

/** All commands there are. */
export interface CommandTable {
  get(name: string): Command | undefined;
  /** Name and command, in the order of the menu. */
  list(): [name: string, command: Command][];
}

export interface CommandContext {
  home: Home;
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
  api: Api;
  outbox: Outbox;
  desk: { submit(request: Request): void; isAnswered(press: Press): boolean };
  commands: CommandTable;
  /** Ends the program so that it is started again; absent where nothing would start it. */
  restart?(): void;
  /** What runs beside the conversations: heartbeat, jobs, webhooks; a line each for what there is. */
  background(address: Address): Promise<string[]>;
  /** What must not appear in a chat. */
  secrets(): readonly string[];
  /** How many messages looked like an attempt to take over the agent, since the start. */
  suspicious?(): number;
  /** Where the open file browsers are. */
  files: PanelStates<Place>;
  /** Sends a file of the home folder; returns why not, when it may not be sent or cannot. */
  sendFile(address: Address, path: string): Promise<string | undefined>;
}

/** Headings of `/help`, in this order. */
export const GROUPS = ["Session", "Agent", "Automation", "System"] as const;
export type Group = (typeof GROUPS)[number];

export interface Command {
  /** One line for the menu. */
  description: string;
  group: Group;
  /** `now`: answers while a turn runs. `in_turn`: waits for its place in the conversation. */
  when: "now" | "in_turn";
  run(incoming: Incoming, args: string, context: CommandContext): Promise<void>;
}
