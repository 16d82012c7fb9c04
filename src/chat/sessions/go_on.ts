/** Lets a conversation go on with a session, in its place among what waits there. */
import { relative, sep } from "node:path";
import type { Agent } from "../../agents/agent.ts";
import type { AgentPool } from "../../agents/pool.ts";
import type { ProviderName } from "../../agents/provider.ts";
import { isFolder, realPathOf } from "../../base/on_disk.ts";
import type { Clock } from "../../base/clock.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { type Address, keyOf, type Seat, seatKey } from "../../conversation/address.ts";
import { type Choice, usualIn } from "../../conversation/choice.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import { type Places, WORKSPACE } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import { holders, type StoredSession } from "../../conversation/stored_sessions.ts";
import type { Project } from "../../projects/project.ts";
import type { Projects } from "../../projects/projects.ts";
import type { RequestQueue } from "../queue/request_queue.ts";
import { texts } from "./texts.ts";

export interface GoOnNeeds {
  home: Pick<Home, "workspaceDir" | "worktreesDir">;
  clock: Clock;
  config(): Pick<Config, "provider" | "model">;
  agents: Readonly<Record<ProviderName, Agent>>;
  pool: Pick<AgentPool, "stats" | "closeKey">;
  places: Pick<Places, "of" | "choose">;
  projects: Pick<Projects, "list" | "find">;
  sessions: Sessions;
  choose(address: Seat): Promise<Choice>;
  conversations: Pick<Conversations, "at">;
  queue: Pick<RequestQueue, "inTurn">;
}

/**
 * What is asked next goes on with the session, in its folder.
 *
 * @param copy With a copy of it.
 * @param late Told when it could not be at once, and is now.
 * @returns `now`, or what keeps it from being so
 */
export async function goOn(
  address: Address,
  session: StoredSession,
  copy: boolean,
  shown: (folder: string) => string,
  needs: GoOnNeeds,
  late: () => Promise<void>,
): Promise<"now" | string> {
  const busy = needs.conversations.at(address) !== undefined;
  const done = Promise.withResolvers<"now" | string>();
  needs.queue.inTurn({
    address,
    updateIds: [],
    async run() {
      try {
        const end = await take(address, session, copy, shown, needs);
        if (busy && end === "now") await late();
        done.resolve(end);
      } catch (error) {
        done.reject(error);
      }
    },
  });
  if (!busy) return await done.promise;
  done.promise.catch(() => {});
  return texts.later;
}

async function take(
  address: Address,
  session: StoredSession,
  copy: boolean,
  shown: (folder: string) => string,
  needs: GoOnNeeds,
): Promise<"now" | string> {
  const { agents, config, places, pool, sessions, choose } = needs;
  const { provider, id, folder } = session;
  if (!await isFolder(folder)) return texts.noFolder(shown(folder));
  const had = copy ? undefined : await seatOf(address, session, sessions);
  const project = had ? undefined : await projectOf(folder, needs);
  const seat = had ?? { ...address, ...project && { project: project.name } };
  if (!copy) {
    // Somebody may have opened it since the list was made.
    const found = (await agents[provider].sessions!(folder)).find((one) => one.id === id);
    if (!found) return texts.gone;
    const holder = (await holders(address, needs))({ ...found, provider });
    if (holder === "terminal" || holder === "chat") return texts.onlyCopy[holder];
  }
  const before = await choose({ ...seat, project: seat.project ?? WORKSPACE });
  const usual = usualIn(project, config());
  const model = [before, usual].find((one) => one.provider === provider)?.model ?? "";
  if (!had) await pool.closeKey(seatKey(seat), provider);
  await sessions.adopt(seat, { provider, model }, { id, fork: copy });
  await places.choose(address, seat.project);
  return "now";
}

/** Where the conversation itself has the session. */
async function seatOf(
  address: Address,
  { provider, id }: StoredSession,
  sessions: Sessions,
): Promise<Seat | undefined> {
  const own = (await sessions.all()).find(({ address: at, entry }) => {
    const bucket = entry.provider_sessions[provider];
    return keyOf(at) === keyOf(address) && bucket?.session_id === id && !bucket.fork;
  });
  return own?.address;
}

/** The project with that folder, or the folder as one; `undefined`: it is the workspace. */
async function projectOf(
  folder: string,
  { home, projects }: Pick<GoOnNeeds, "home" | "projects">,
): Promise<Project | undefined> {
  const wanted = await realPathOf(folder);
  if (wanted === await realPathOf(home.workspaceDir)) return undefined;
  for (const project of await projects.list()) {
    if (await realPathOf(project.folder) === wanted) return project;
  }
  const [base, ...branch] = relative(await realPathOf(home.worktreesDir), wanted).split(sep);
  const worktree = await projects.find(`${base}@${branch.join("/")}`);
  return worktree ?? { name: folder, folder, settings: {} };
}
