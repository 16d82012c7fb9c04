import { ModelCatalogue } from "../../src/agents/models.ts";
import { AgentPool } from "../../src/agents/pool.ts";
import { Home } from "../../src/config/home.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { chooseFor } from "../../src/conversation/choice.ts";
import { PromptHooks } from "../../src/conversation/hooks.ts";
import type { Received, Request } from "../../src/conversation/request.ts";
import { Places } from "../../src/conversation/places.ts";
import { Steering } from "../../src/conversation/steering.ts";
import { Sessions } from "../../src/conversation/sessions.ts";
import type { TurnContext } from "../../src/conversation/turn_context.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeSpeaker } from "./fake_speaker.ts";
import { ScriptedAgent } from "./scripted_agent.ts";
import { TempFolder } from "./temp_folder.ts";

/** A conversation with agents whose turns a test plays; only the sessions are on disk. */
export class TurnBench implements AsyncDisposable {
  readonly claude = new ScriptedAgent("claude");
  readonly codex = new ScriptedAgent("codex");
  readonly agents = { claude: this.claude, codex: this.codex };
  readonly clock = new FakeClock();
  readonly config = defaultConfig();
  readonly speaker = new FakeSpeaker();
  readonly stop = new AbortController();
  readonly pool = new AgentPool({
    agents: this.agents,
    maxWarm: 3,
    idleMs: 900_000,
    clock: this.clock,
  });
  readonly address = { chatId: 7 };
  readonly sessions: Sessions;
  readonly places: Places;
  readonly context: TurnContext;
  /** What became of updates: `started 1`, `done 1`, `parked 1`. */
  readonly inbox: string[] = [];
  /** Number of the memory's version. */
  memory = 1;
  receive: (request: Request) => Promise<Partial<Received>> = () => Promise.resolve({});

  private constructor(readonly temp: TempFolder) {
    const now = () => new Date(this.clock.now());
    const home = new Home(temp.path);
    this.sessions = new Sessions(home, { now });
    this.places = new Places(home, {
      find: () => Promise.resolve(undefined),
      ofTopic: () => Promise.resolve(undefined),
    });
    const note = (what: string) => (ids: readonly number[]) => {
      this.inbox.push(...ids.map((id) => `${what} ${id}`));
      return Promise.resolve();
    };
    this.context = {
      config: () => this.config,
      changeConfig: (change) => Promise.resolve(void Object.assign(this.config, change)),
      clock: this.clock,
      timeZone: () => "UTC",
      home: { root: "/home", workspaceDir: "/home/workspace" },
      places: this.places,
      memory: () =>
        Promise.resolve({
          version: `v${this.memory}`,
          instructions: `Memory ${this.memory}.`,
          at: "",
        }),
      memoryNews: (seen, { version }) =>
        Promise.resolve(seen === version ? undefined : `[news: ${seen} to ${version}]`),
      choose: (address) =>
        chooseFor(address, {
          config: () => this.config,
          places: this.places,
          sessions: this.sessions,
          agents: this.agents,
        }),
      agents: this.agents,
      pool: this.pool,
      models: new ModelCatalogue({ agents: this.agents, clock: this.clock }),
      sessions: this.sessions,
      inbox: {
        started: note("started"),
        waiting: note("waiting"),
        done: note("done"),
        park: note("parked"),
        asking: note("asking"),
      },
      speaker: this.speaker,
      steering: new Steering(),
      asks: () => ({ [Symbol.dispose]() {} }),
      hooks: new PromptHooks(),
      receive: async (request) => ({
        text: request.text,
        images: [],
        ...await this.receive(request),
      }),
    };
  }

  static async make(): Promise<TurnBench> {
    return new TurnBench(await TempFolder.make());
  }

  request(text: string, more: Partial<Request> = {}): Request {
    return { updateIds: [1], address: this.address, userId: 7, text, ...more };
  }

  /** What is noted of the session with Claude. */
  async session() {
    return (await this.sessions.get(this.address))?.provider_sessions.claude;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.closeAll();
    await this.temp[Symbol.asyncDispose]();
  }
}
