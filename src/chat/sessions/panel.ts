/**
 * `/sessions`: what was begun on this machine, in a chat or in a terminal, to go on with here. A
 * session that another process or another chat has is gone on with as a copy only.
 */
import type { Agent } from "../../agents/agent.ts";
import type { AgentPool } from "../../agents/pool.ts";
import { type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import type { Address } from "../../conversation/address.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import {
  holders,
  type Stored,
  type StoredSession,
  storedSessions,
} from "../../conversation/stored_sessions.ts";
import type { Home } from "../../config/home.ts";
import type { Command } from "../commands/command.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";
import { panelOf, type Press } from "../presses.ts";
import { shownFolder } from "../projects/move.ts";
import { goOn, type GoOnNeeds } from "./go_on.ts";
import { texts } from "./texts.ts";
import {
  type Around,
  goingView,
  handedView,
  keyOf,
  listView,
  sessionView,
  type Where,
  wordsView,
} from "./views.ts";

export type SessionPanelNeeds = PanelContext & GoOnNeeds & {
  home: Pick<Home, "userHome" | "workspaceDir" | "worktreesDir">;
  agents: Readonly<Record<ProviderName, Agent>>;
  pool: Pick<AgentPool, "stats">;
  sessions: Sessions;
  /** Whether agents see nothing of what is in the user's terminals. */
  sandboxed: boolean;
};

export interface SessionPanel extends Panel {
  /** Goes on with the newest session of the folder where the conversation works. */
  newest(address: Address): Promise<void>;
  /** Offers a session that was handed over in a terminal. */
  handed(address: Address, provider: string, id: string): Promise<void>;
}

export function sessionsCommand(panel: Panel): Command {
  return {
    name: "sessions",
    description: texts.description,
    group: "Session",
    when: "now",
    run: ({ address }) => panel.open(address),
  };
}

export function continueCommand(panel: Pick<SessionPanel, "newest">): Command {
  return {
    name: "continue",
    description: texts.continue.description,
    group: "Session",
    when: "now",
    run: ({ address }) => panel.newest(address),
  };
}

/**
 * Buttons: `sessions:new`, `sessions:l.WHERE`, and with `KEY.WHERE` behind them `sessions:s`, `go`,
 * `copy` and `w`. What they mean is looked up anew, since all of it may have changed.
 */
export function sessionPanel(needs: SessionPanelNeeds): SessionPanel {
  const order = new KeyedQueue();
  const panel: SessionPanel = {
    verb: "sessions",
    async open(address) {
      await openPanel(needs, address, await list(address, { here: false, page: 0 }, needs));
    },
    async press(press) {
      if (press.argument === "new") {
        await panel.open(press.address);
        return "keep";
      }
      return await order.run(
        panelOf(press),
        async () => await turnPanel(needs, press, await pressed(press, needs)),
      );
    },
    async newest(address) {
      await openPanel(needs, address, await newest(address, needs));
    },
    async handed(address, provider, id) {
      const { sessions } = needs.sandboxed ? { sessions: [] } : await storedSessions(needs.agents);
      const session = sessions.find((one) => one.provider === provider && one.id === id);
      const view = session
        ? handedView(session, await aroundOf(address, needs))
        : await list(address, { here: false, page: 0 }, needs, texts.gone);
      await openPanel(needs, address, view);
    },
  };
  return panel;
}

async function pressed({ address, argument }: Press, needs: SessionPanelNeeds): Promise<View> {
  const [what, ...more] = argument.split(".");
  const [page, scope, key] = more.reverse();
  const where = { here: scope === "h", page: Number(page) || 0 };
  if (what === "l" || needs.sandboxed) return await list(address, where, needs);
  const { sessions } = await storedSessions(needs.agents);
  const session = sessions.find((one) => keyOf(one) === key);
  if (!session) return await list(address, where, needs, texts.gone);
  if (what === "w") {
    const said = await needs.agents[session.provider].lastWords?.(session) ?? [];
    return wordsView(session, said, where);
  }
  if (what === "go" || what === "copy") {
    return await going(address, session, what === "copy", where, needs);
  }
  return sessionView(session, where, await aroundOf(address, needs));
}

async function list(
  address: Address,
  where: Where,
  needs: SessionPanelNeeds,
  note?: string,
): Promise<View> {
  if (needs.sandboxed) return { parts: [texts.sandboxed], buttons: [] };
  const around = await aroundOf(address, needs);
  const stored: Stored = await storedSessions(needs.agents, where.here ? around.folder : undefined);
  return listView(stored, where, around, note);
}

async function newest(address: Address, needs: SessionPanelNeeds): Promise<View> {
  if (needs.sandboxed) return { parts: [texts.sandboxed], buttons: [] };
  const around = await aroundOf(address, needs);
  const { sessions: [session], failed } = await storedSessions(needs.agents, around.folder);
  const where = { here: true, page: 0 };
  if (!session) {
    const note = texts.continue.none(around.shown(around.folder));
    return failed.length > 0
      ? listView({ sessions: [], failed }, where, around)
      : { parts: [note], buttons: [] };
  }
  if (around.holder(session) === "here") {
    return sessionView(session, where, around, texts.continue.already);
  }
  return await going(address, session, false, where, needs);
}

async function going(
  address: Address,
  session: StoredSession,
  copy: boolean,
  where: Where,
  needs: SessionPanelNeeds,
): Promise<View> {
  const around = await aroundOf(address, needs);
  if (copy && !around.forks(session)) {
    return sessionView(session, where, around, texts.noCopy(PROVIDERS[session.provider].title));
  }
  const end = await goOn(
    address,
    session,
    copy,
    around.shown,
    needs,
    async () => await openPanel(needs, address, goingView(session, copy, around)),
  );
  if (end === "now") return goingView(session, copy, around);
  return sessionView(session, where, await aroundOf(address, needs), end);
}

async function aroundOf(address: Address, needs: SessionPanelNeeds): Promise<Around> {
  const { places, projects, home, clock } = needs;
  const { project } = await places.of(address);
  const names = new Map<string, string>([[home.workspaceDir, texts.workspace]]);
  for (const { name, folder } of await projects.list()) names.set(folder, name);
  return {
    now: clock.now(),
    folder: project?.folder ?? home.workspaceDir,
    holder: await holders(address, needs),
    shown: (folder) => names.get(folder) ?? shownFolder(folder, home),
    forks: ({ provider }) => PROVIDERS[provider].forks ?? false,
  };
}
