/** Wires the running bot together, once. The order of starting and stopping is here. */
import { backoff, retrying } from "../base/async/backoff.ts";
import { getLogger } from "@logtape/logtape";
import { basename } from "node:path";
import { HostLauncher } from "../process/launcher.ts";
import { ModelCatalogue } from "../agents/models.ts";
import { AgentPool, type PoolTurn } from "../agents/pool.ts";
import { systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { updateConfig } from "../config/load.ts";
import { configSecrets } from "../config/schema.ts";
import { resolveTimeZone } from "../config/timezone.ts";
import { addressOf, keyOf } from "../conversation/address.ts";
import { chooseFor } from "../conversation/choice.ts";
import { Conversations } from "../conversation/conversations.ts";
import { PromptHooks } from "../conversation/hooks.ts";
import { Inbox } from "../conversation/inbox.ts";
import type { Request } from "../conversation/request.ts";
import { Sessions } from "../conversation/sessions.ts";
import type { TurnEnd } from "../conversation/speaker.ts";
import { runTurn, type TurnContext } from "../conversation/turn.ts";
import { runWokenTurn } from "../conversation/woken_turn.ts";
import { KnownSecrets } from "../base/known_secrets.ts";
import { PatternCounter } from "../base/patterns.ts";
import { INSIDE_HOME } from "../sandbox/paths.ts";
import type { CorruptFile } from "../base/json_file.ts";
import { createBotApi } from "../telegram/api.ts";
import { Approvals } from "../chat/approvals/approvals.ts";
import { chatOf } from "../chat/chat.ts";
import { RequestQueue } from "../chat/queue/request_queue.ts";
import { OutgoingFiles } from "../telegram/upload/outgoing_files.ts";
import { MediaIntake } from "../chat/incoming/intake.ts";
import { Outbox } from "../telegram/outbox.ts";
import { OutboxJournal } from "../telegram/outbox_journal.ts";
import { Poller } from "../telegram/poller.ts";
import { TelegramSpeaker } from "../chat/reply/speaker.ts";
import { readUpdate } from "../telegram/update.ts";
import { WorkspaceKeeper } from "../workspace/keeper.ts";
import { snapshotMemory } from "../workspace/memory_history.ts";
import { memoryNews, memoryState } from "../workspace/memory_news.ts";
import { registeredTasks, repairTasks } from "../workspace/task_repair.ts";
import { Automation } from "./automation.ts";
import { Background } from "./background.ts";
import { backgroundLines } from "./background_lines.ts";
import type { Bot, BotOptions } from "./bot.ts";
import { ChatNotifier } from "./chat_notifier.ts";
import { watchConfig } from "./config_watch.ts";
import { fingerprint } from "./instance_lock.ts";
import { inContext } from "./log_context.ts";
import { announceRestart } from "../service/restart.ts";
import { showSandboxProgress } from "./sandbox_progress.ts";
import { startUpdates } from "./updates.ts";

export type { Bot, BotOptions } from "./bot.ts";

const log = getLogger(["ductor", "app"]);

/** How long the outbox may go on delivering after the turns have ended. */
const FLUSH_MS = 5000;

/** The token with which a bot of this home last heard from Telegram, by its fingerprint. */
async function workedWith(home: Home): Promise<string | undefined> {
  return (await Deno.readTextFile(home.workedFile).catch(() => "")).split("\n")[1];
}

export async function startBot(options: BotOptions): Promise<Bot> {
  const { home, agents, clock = systemClock } = options;
  if (options.sandbox && !options.launcher) throw new TypeError("A sandbox needs its launcher");
  const launcher = options.launcher ?? new HostLauncher();
  let config = options.config;
  const secrets = options.secrets ?? new KnownSecrets();
  secrets.add(configSecrets(config));
  const stop = new AbortController();
  const bot = createBotApi(config.telegram_token, config.telegram_api_root);
  const { api } = bot;
  let { zone, warning } = resolveTimeZone(config.user_timezone);
  if (warning) log.warn(warning);

  const inbox = await Inbox.open(home.inboxFile, readUpdate);
  const { journal, left } = await OutboxJournal.open(home.outboxFile);
  const files = new OutgoingFiles(() =>
    options.sandbox
      // An agent that cannot read a file of the host must not have it sent either.
      ? { access: "workspace", home, containerRoot: INSIDE_HOME }
      : { access: config.file_access, home }
  );
  const outbox = new Outbox({
    api,
    journal,
    clock,
    files,
    editIntervalMs: config.streaming.edit_interval_seconds * 1000,
    onMigrated: (from, to) =>
      void sessions.move(from, to).catch((error) =>
        log.error("The sessions of a group could not be moved: {error}", { error })
      ),
  });
  if (options.sandbox) {
    showSandboxProgress(options.sandbox, outbox, () => config.allowed_user_ids);
  }
  const approvals = new Approvals(outbox, clock);
  const speaker = new TelegramSpeaker({
    api,
    outbox,
    approvals,
    clock,
    config: () => config,
    files,
  });
  const sessions = new Sessions(home.sessionsFile, { onCorrupt: tellCorrupt });
  const patterns = new PatternCounter();
  const media = new MediaIntake({
    api,
    token: config.telegram_token,
    apiRoot: config.telegram_api_root,
    clock,
    workspace: home.workspaceDir,
    folder: home.telegramFilesDir,
    speaker,
    listen: options.listen,
  });
  const models = new ModelCatalogue({ agents, cacheFile: (name) => home.modelsFile(name) });
  const pool = new AgentPool({
    agents,
    maxWarm: config.agents.max_warm,
    idleMs: config.agents.idle_minutes * 60_000,
    woken: (woken) => tellWoken(woken),
  });
  const conversations = new Conversations();
  const choose = (address: { chatId: number; threadId?: number }) =>
    chooseFor(address, { config: () => config, sessions, agents });

  const me = retrying(
    async () => {
      const { id, username } = await api.raw.getMe(stop.signal as never);
      return { id, username: username ?? "" };
    },
    { pause: backoff({ first: 1000, most: 30_000 }), clock, signal: stop.signal },
  );
  me.catch(() => {});

  const queue = new RequestQueue({
    conversations,
    inbox,
    outbox,
    turn: async (request, signal) => {
      await inContext("msg", request.address, () => runRequest(request, signal));
    },
  });
  const turn: TurnContext = {
    config: () => config,
    clock,
    timeZone: () => zone,
    home,
    memory: () => memoryState(home),
    memoryNews: (seen, now) => memoryNews(home, seen, now),
    choose,
    agents,
    pool,
    models,
    sessions,
    inbox,
    speaker,
    hooks: new PromptHooks(),
    receive: (request, signal) => media.receive(request, signal),
  };
  async function runRequest(request: Request, signal: AbortSignal): Promise<TurnEnd> {
    if (request.userId !== 0) speakers.set(keyOf(request.address), request.userId);
    const end = await runTurn(request, turn, signal);
    await snapshotMemory(home);
    options.onTurnEnd?.(end);
    return end;
  }
  /** Who spoke last in a conversation: the agent's own turns put their questions to them. */
  const speakers = new Map<string, number>();
  function tellWoken(woken: PoolTurn): Promise<void> {
    const address = addressOf(woken.key);
    const ended = Promise.withResolvers<void>();
    const run = (signal: AbortSignal) =>
      inContext("msg", address, async () => {
        await runWokenTurn(woken, speakers.get(woken.key) ?? address.chatId, turn, signal);
        await snapshotMemory(home);
      }).then(ended.resolve, ended.reject);
    const job = { id: crypto.randomUUID(), updateIds: [], run };
    if (conversations.join(address, job)) return ended.promise;
    return woken.interrupt();
  }
  const notifier = new ChatNotifier({ speaker, users: () => config.allowed_user_ids });
  const automation = new Automation({
    home,
    clock,
    agents,
    launcher,
    models,
    notifier,
    config: () => config,
    timeZone: () => zone,
    onCorrupt: tellCorrupt,
  });
  const background = new Background({
    home,
    clock,
    config: () => config,
    queue,
    conversations,
    runTurn: runRequest,
    turn,
    notifier,
    automation,
    secrets,
    onCorrupt: tellCorrupt,
  });
  const updates = await startUpdates({
    home,
    config: () => config,
    speaker,
    outbox,
    signal: stop.signal,
    clock,
    ...options.restart && { restart: options.restart },
    ...options.updater && { updater: options.updater },
  });
  const chat = chatOf({
    home,
    api,
    clock,
    signal: stop.signal,
    me: () => me,
    inbox,
    outbox,
    files,
    media,
    patterns,
    speaker,
    approvals,
    queue,
    conversations,
    sessions,
    models,
    pool,
    agents,
    automation,
    upgrade: updates.panel,
    choose,
    timeZone: () => zone,
    secrets: () => secrets.values,
    background: (address) => backgroundLines({ automation, background, timeZone: zone }, address),
    config: () => config,
    async changeConfig(change) {
      config = await updateConfig(home, (raw) => Object.assign(raw, change));
      secrets.add(configSecrets(config));
    },
    ...options.restart && { restart: options.restart },
  });

  function tellCorrupt({ path, setAside, usedBackup }: CorruptFile): Promise<void> {
    return tellOwner(
      `⚠️ \`${basename(path)}\` could not be read. It is kept as \`${basename(setAside)}\`; ` +
        (usedBackup ? "the last good copy is in use." : "there was no copy, so it is empty now."),
    );
  }
  async function tellOwner(markdown: string): Promise<void> {
    for (const chatId of config.allowed_user_ids) await speaker.say({ chatId }, markdown);
  }

  await repairTasks(home, () => registeredTasks(home)).catch((error) =>
    log.error("Task folders could not be looked through: {error}", { error })
  );
  await models.start(stop.signal);
  // What a former run left comes first: its answers, then its questions, then new messages.
  outbox.resume(left);
  await chat.resume();
  await announceRestart(home, async ({ chatId, threadId, message, at }) => {
    const address = { chatId, ...threadId !== undefined && { threadId } };
    await speaker.say(address, message, { id: `restart:${at.toISOString()}` });
  }).catch((error) => log.error("Nobody is told of the restart: {error}", { error }));
  for (const notice of options.notices ?? []) await tellOwner(notice);
  const token = await fingerprint(config.telegram_token);
  const poller = new Poller({
    bot,
    clock,
    patient: options.service === true || await workedWith(home) === token,
    connected: () => {
      // For the supervisor: what ends this program now does not hinder it from working.
      // And for the next life, that the token is good.
      Deno.writeTextFile(home.workedFile, `${Deno.pid}\n${token}`).catch((error) =>
        log.warn("That Telegram answers cannot be noted: {error}", { error })
      );
      void updates.connected().catch((error) =>
        log.error("How the upgrade went could not be told: {error}", { error })
      );
    },
    accept: (updates) => chat.accept(updates),
  });
  watchConfig({
    home,
    clock,
    signal: stop.signal,
    current: () => config,
    changed(next) {
      config = next;
      secrets.add(configSecrets(config));
      zone = resolveTimeZone(config.user_timezone).zone;
    },
    tell: tellOwner,
  }).catch((error) => log.error("Changes of the config are not seen: {error}", { error }));
  const keeper = new WorkspaceKeeper({ home, clock, env: (name) => Deno.env.get(name) });
  await background.start();
  await automation.start();
  const ended = poller.run(stop.signal);
  ended.catch(() => {});
  chat.showMenus();

  return {
    ended,
    heartbeat: background.heartbeat,
    automation,
    async settled() {
      await conversations.idle();
      await outbox.flush(stop.signal);
    },
    async stop(graceMs) {
      stop.abort();
      await ended.catch(() => {});
      await background.stop();
      const grace = AbortSignal.timeout(graceMs);
      await Promise.all([conversations.close(grace), automation.stop(grace)]);
      await background.close();
      await pool.closeAll();
      await keeper.close();
      await outbox.flush(AbortSignal.timeout(FLUSH_MS));
      outbox.close();
      await automation.close();
      await Promise.all([inbox.close(), journal.close()]);
      bot.close();
    },
  };
}
