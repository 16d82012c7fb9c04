/** What turns of a conversation need from the rest of the program. */
import type { Agent } from "../agents/agent.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { AgentPool } from "../agents/pool.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { MemoryState } from "../workspace/memory_news.ts";
import type { ProjectChanges } from "../projects/changes.ts";
import type { Project } from "../projects/project.ts";
import type { Address, Seat } from "./address.ts";
import type { Choice } from "./choice.ts";
import type { PromptHooks } from "./hooks.ts";
import type { Inbox } from "./inbox.ts";
import type { Places } from "./places.ts";
import type { Received, Request } from "./request.ts";
import type { Sessions } from "./sessions.ts";
import type { Speaker } from "./speaker.ts";
import type { Steering } from "./steering.ts";

/** What is told of a turn that has ended. */
export interface TurnReport {
  /** Asked for, begun by the agent itself, or a heartbeat. */
  kind: "turn" | "woken" | "heartbeat";
  provider: ProviderName;
  /** As chosen; empty: the CLI's own. */
  model: string;
  outcome: string;
  ms: number;
  costUsd: number;
}

export interface TurnContext {
  /** Told of each turn that has ended. */
  turned?(report: TurnReport): void;
  config(): Config;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config>): Promise<void>;
  clock: Clock;
  /** IANA zone of the user. */
  timeZone(): string;
  home: Pick<Home, "root" | "workspaceDir">;
  /** Where a conversation works. */
  places: Pick<Places, "of">;
  /** Notes how a project is when a session begins there. */
  changes?: Pick<ProjectChanges, "begin">;
  /** The memory as it is now, which a new session begins with; of a project, for those who work there. */
  memory(project: Project | undefined): Promise<MemoryState>;
  /** What of it is new to a session that has seen another version of it. */
  memoryNews(seen: string | undefined, now: MemoryState): Promise<string | undefined>;
  /** What the conversation runs with where it works. */
  choose(address: Seat): Promise<Choice>;
  agents: Record<ProviderName, Agent>;
  pool: AgentPool;
  models: ModelCatalogue;
  sessions: Sessions;
  inbox: Pick<Inbox<{ update_id: number }>, "started" | "waiting" | "done" | "park" | "asking">;
  /** Turns that more can be added to. */
  steering: Steering;
  speaker: Speaker;
  /** Somebody is asked there, until disposed of: no end of the program waits for that. */
  asks(address: Address): Disposable;
  hooks: PromptHooks;
  /**
   * Fetches the attachments of a request. Does not fail: what is missing stands in the text.
   *
   * @param at What stands before paths in the workspace.
   */
  receive(request: Request, signal: AbortSignal, at: string): Promise<Received>;
}
