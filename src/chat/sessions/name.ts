/** `/name`: what the session of a conversation is called, in the CLI's own lists too. */
import type { Agent } from "../../agents/agent.ts";
import type { AgentPool } from "../../agents/pool.ts";
import { type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { oneLine, shorten } from "../../base/text.ts";
import type { Home } from "../../config/home.ts";
import { type Address, type Seat, seatKey } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Places } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Command } from "../commands/command.ts";
import { texts } from "./texts.ts";

export interface NameNeeds {
  home: Pick<Home, "workspaceDir">;
  agents: Readonly<Record<ProviderName, Agent>>;
  choose(address: Seat): Promise<Choice>;
  places: Pick<Places, "of">;
  pool: Pick<AgentPool, "session">;
  sessions: Pick<Sessions, "get">;
  speaker: Pick<Speaker, "say">;
}

export function nameCommand(needs: NameNeeds): Command {
  return {
    name: "name",
    description: texts.name.description,
    group: "Session",
    when: "in_turn",
    run: async ({ address, args }) => {
      const name = shorten(oneLine(args), 100);
      const said = name === "" ? texts.name.how : await named(address, name, needs);
      await needs.speaker.say(address, said);
    },
  };
}

async function named(address: Address, name: string, needs: NameNeeds): Promise<string> {
  const { agents, choose, home, places, pool, sessions } = needs;
  const { seat, project } = await places.of(address);
  const { provider } = await choose(seat);
  const { title } = PROVIDERS[provider];
  const bucket = (await sessions.get(seat))?.provider_sessions[provider];
  // A copy that is still to be made has no id.
  if (!bucket?.session_id || bucket.fork) return texts.name.none;
  const agent = agents[provider];
  if (!agent.nameSession) return texts.name.cannot(title);
  const live = pool.session(seatKey(seat), provider);
  if (live?.name && live.id === bucket.session_id) await live.name(name);
  else {
    const folder = project?.folder ?? home.workspaceDir;
    await agent.nameSession({ id: bucket.session_id, folder }, name);
  }
  return texts.name.done(name, title);
}
