/**
 * What a conversation's own container begins with: the settings of the CLIs that are for all, and the
 * sessions that go on in it, wherever they were until now. That is done in a container which sees
 * nothing but the sandbox's own folder: what lies there was written by agents, and a link among it
 * must lead nowhere on the host.
 */
import { getLogger } from "@logtape/logtape";
import { PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { lastWords, type Run } from "./docker.ts";
import {
  CONVERSATIONS,
  type Engine,
  type HostUser,
  insideUser,
  NO_CONVERSATION,
  userArgs,
} from "./plan.ts";

const log = getLogger(["ductor", "sandbox"]);

/** What the CLIs are told by their user, by name; nothing of it tells of a conversation. */
const SETTINGS = ["settings.json", "config.toml", "CLAUDE.md", "AGENTS.md", "agents", "commands"];

/**
 * What the CLIs have for ids. An agent can make its CLI name any other: one that fits other names as
 * well would bring it what is not its own.
 */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which conversation a process belongs to: `CHAT`, `CHAT.TOPIC`, or none, as jobs do. */
export function conversationOf(env: Readonly<Record<string, string>>): string {
  const { DUCTOR_CHAT_ID: chat, DUCTOR_THREAD_ID: thread, DUCTOR_TASK: task } = env;
  if (task !== undefined || chat === undefined || !/^-?\d+$/.test(chat)) {
    return NO_CONVERSATION;
  }
  return thread !== undefined && /^\d+$/.test(thread) ? `${chat}.${thread}` : chat;
}

/** Never throws: a session that is not found is begun anew, and that is said. */
export async function bringOver(options: {
  run: Run;
  home: Home;
  /** Id of the image. */
  image: string;
  engine: Engine;
  user: HostUser | undefined;
  conversation: string;
  /** Ids of sessions. */
  sessions: readonly string[];
}): Promise<void> {
  const { run, home, image, engine, conversation } = options;
  const sessions = options.sessions.filter((id) => ID.test(id));
  const clis = PROVIDER_NAMES.map((name) => ({ name, login: PROVIDERS[name].login?.file }));
  const what = {
    clis,
    sessions,
    all: CONVERSATIONS,
    none: NO_CONVERSATION,
    own: conversation,
    settings: SETTINGS,
  };
  const ran = await run([
    "run",
    "--rm",
    ...["--network", "none", "--read-only", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges"],
    ...userArgs(engine, insideUser(engine, options.user)),
    ...["-v", `${home.sandboxDir}:/sandbox:rw${engine.selinux ? ",z" : ""}`],
    ...["-w", "/sandbox", "--entrypoint", "node"],
    image,
    ...["-e", `(${script})()`, JSON.stringify(what)],
  ], { timeoutMs: 60_000 }).catch((error) => ({ code: 1, stdout: "", stderr: String(error) }));
  if (ran.code === 0) return;
  log.warn("Settings and sessions could not be brought into the container: {why}", {
    why: lastWords(ran),
  });
}

/** Runs in the container, in the sandbox's folder; it is handed over as text. */
const script = String.raw`() => {
  const fs = require("node:fs"), path = require("node:path");
  const { clis, sessions, all, none, own, settings } = JSON.parse(process.argv[1]);
  const kind = (file) => fs.lstatSync(file, { throwIfNoEntry: false });
  const attempt = (act) => { try { act(); } catch (error) { console.error(String(error)); } };
  const mine = (cli) => path.join(all, own, cli);
  function* files(folder) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      yield file;
      if (entry.isDirectory()) yield* files(file);
    }
  }
  for (const { name, login } of clis) {
    const copy = (from, file) => {
      const found = kind(path.join(from, file));
      if (!found || found.isSymbolicLink()) return;
      const to = path.join(mine(name), file);
      attempt(() => {
        // A link in its place would lead into another conversation.
        fs.rmSync(to, { recursive: true, force: true });
        fs.cpSync(path.join(from, file), to, { recursive: true, verbatimSymlinks: true });
      });
    };
    for (const file of settings) copy(name, file);
    // One that was made inside; where the host has one, that is handed in afterwards.
    for (const from of [path.join(all, none, name), name]) {
      if (login && !kind(path.join(mine(name), login))) copy(from, login);
    }
  }
  if (sessions.length === 0) return;
  const others = fs.readdirSync(all).filter((one) => one !== own);
  for (const { name } of clis) {
    for (const from of [name, ...others.map((one) => path.join(all, one, name))]) {
      if (!kind(from)?.isDirectory()) continue;
      for (const file of [...files(from)]) {
        if (!sessions.some((id) => path.basename(file).includes(id)) || !kind(file)) continue;
        const to = path.join(mine(name), path.relative(from, file));
        if (kind(to)) continue;
        attempt(() => {
          fs.mkdirSync(path.dirname(to), { recursive: true });
          fs.renameSync(file, to);
        });
      }
    }
  }
}`;
