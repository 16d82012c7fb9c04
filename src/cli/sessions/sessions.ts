/** What `ductor sessions` and `ductor handoff` do. */
import { resolve } from "node:path";
import { createAgents, PROVIDERS } from "../../agents/provider.ts";
import { agoOf, counted, shorten } from "../../base/text.ts";
import type { Home } from "../../config/home.ts";
import {
  type Stored,
  type StoredSession,
  storedSessions,
} from "../../conversation/stored_sessions.ts";
import { requestSpool } from "../../jobs/spool.ts";
import { agentLauncher } from "../agent_launcher.ts";
import { printError } from "../output.ts";
import { answer, CommandError } from "../reply.ts";
import { takenBy } from "../taken.ts";
import { ownConversation, toolContext } from "../tool_context.ts";

interface Options {
  all?: boolean;
  json?: boolean;
}

export function listSessions(folder: string | undefined, options: Options): Promise<number> {
  return answer(options, async () => {
    const { home, now } = await toolContext();
    const wanted = options.all ? undefined : resolve(folder ?? ".");
    const { sessions } = await found(home, wanted);
    const text = sessions.map((session) => lineOf(session, now, options.all ?? false)).join("\n");
    return {
      json: {
        sessions: sessions.map(({ updated, open, ...session }) => ({
          ...session,
          updated: new Date(updated).toISOString(),
          open: open !== undefined,
        })),
      },
      text: text === "" ? `There are no sessions${wanted ? ` in ${wanted}` : ""} yet.` : text,
    };
  });
}

export function handoff(id: string | undefined, options: Options): Promise<number> {
  return answer(options, async () => {
    const { home } = await toolContext();
    const folder = id === undefined ? resolve(".") : undefined;
    const { sessions } = await found(home, folder);
    const fitting = id === undefined
      ? sessions.slice(0, 1)
      : sessions.filter((session) => session.id.startsWith(id));
    const [session, another] = fitting;
    if (!session) {
      throw new CommandError(
        id === undefined ? `There is no session in ${folder}` : `There is no session ${id}`,
        { hint: "All of them: ductor sessions --all" },
      );
    }
    if (another) {
      throw new CommandError(`Several sessions begin with ${id}; write more of the id`, {
        sessions: fitting.map((one) => one.id).join(", "),
      });
    }
    const requests = requestSpool(home);
    const name = await requests.put({
      do: "handoff",
      provider: session.provider,
      session: session.id,
      ...ownConversation(),
    });
    const end = await takenBy(home, requests, name);
    if (end !== "taken") {
      await requests.takeBack(name);
      throw new CommandError(
        end === "busy"
          ? "The bot runs, but did not answer. Try again"
          : "The bot is not running, so nobody can offer the session. Start it: ductor start",
      );
    }
    const { id: session_id, provider, title } = session;
    return {
      json: { session_id, provider, title },
      text: `“${shorten(title, 60)}” is on your phone. Close it here before you go on there.`,
    };
  });
}

/** Whose sessions cannot be listed is said on stderr. */
async function found(home: Home, folder: string | undefined): Promise<Stored> {
  const launcher = await agentLauncher(home);
  const agents = await createAgents({ launcher, stateDir: home.stateDir });
  const stored = await storedSessions(agents, folder);
  for (const { provider, why } of stored.failed) printError(`${PROVIDERS[provider].title}: ${why}`);
  return stored;
}

function lineOf(session: StoredSession, now: number, withFolder: boolean): string {
  const { id, title, folder, provider, updated, messages, open } = session;
  const facts = [
    PROVIDERS[provider].title,
    agoOf(now - updated),
    ...messages === undefined ? [] : [counted(messages, "message")],
    ...open ? ["open now"] : [],
  ];
  const where = withFolder ? `\n  ${folder}` : "";
  return `${id}  ${shorten(title, 60) || "(no words yet)"}\n  ${facts.join(" · ")}${where}`;
}
