/** The second stage of the bot: every part is made and given what it needs. Nothing runs yet. */
import { getLogger } from "@logtape/logtape";
import { ModelCatalogue } from "../agents/models.ts";
import { AgentPool } from "../agents/pool.ts";
import { processEnv } from "../base/process_env.ts";
import { backoff, retrying } from "../base/async/backoff.ts";
import { Mutex } from "../base/async/locks.ts";
import { spawn } from "../base/async/spawn.ts";
import { mask } from "../base/redaction.ts";
import { PatternCounter } from "../base/patterns.ts";
import { Approvals } from "../chat/approvals/approvals.ts";
import { chatOf } from "../chat/chat.ts";
import { Besides } from "../chat/beside/beside.ts";
import { LogIns } from "../chat/login/login.ts";
import { MediaIntake } from "../chat/incoming/intake.ts";
import { ChatNotifier } from "../chat/notifier.ts";
import { RequestQueue } from "../chat/queue/request_queue.ts";
import { toOwner } from "../chat/reply/refused.ts";
import { TelegramSpeaker } from "../chat/reply/speaker.ts";
import { showSandboxProgress } from "../chat/sandbox_progress.ts";
import { backgroundLines } from "../chat/status/background_lines.ts";
import { fileLimits } from "../config/file_limits.ts";
import { resolveTimeZone } from "../config/timezone.ts";
import { addressOf, keyOf, type Seat } from "../conversation/address.ts";
import { newestAhead, openAhead } from "../conversation/ahead.ts";
import { chooseFor } from "../conversation/choice.ts";
import { Conversations } from "../conversation/conversations.ts";
import { PromptHooks } from "../conversation/hooks.ts";
import { Places } from "../conversation/places.ts";
import { Sessions } from "../conversation/sessions.ts";
import { Steering } from "../conversation/steering.ts";
import type { TurnContext } from "../conversation/turn_context.ts";
import { HostLauncher } from "../process/launcher.ts";
import { ProjectChanges } from "../projects/changes.ts";
import { texts as projectTexts } from "../chat/projects/texts.ts";
import { Projects } from "../projects/projects.ts";
import { INSIDE_HOME } from "../sandbox/paths.ts";
import { Liveness } from "../telegram/liveness.ts";
import { Outbox } from "../telegram/outbox.ts";
import { OutgoingFiles } from "../telegram/upload/outgoing_files.ts";
import { folderKeeper } from "../workspace/folders.ts";
import { keepAnswer } from "../workspace/kept_answers.ts";
import { memoryNews, memoryState } from "../workspace/memory_news.ts";
import { Automation } from "./automation.ts";
import { Background } from "./background.ts";
import { inContext } from "./log_context.ts";
import type { Opened } from "./open.ts";
import { answerReport } from "./report.ts";
import { Turns } from "./turns.ts";
import { updatesOf } from "./updates.ts";

const log = getLogger(["ductor", "app"]);

export type Wired = Awaited<ReturnType<typeof wire>>;

/** @param closing Closes what was made, the last first. */
export async function wire(opened: Opened, closing: AsyncDisposableStack) {
  const { home, agents, clock, measures, live, config, secrets, stop, inbox, journal, launcher } =
    opened;
  const { api } = opened.bot;
  const { signal } = stop;
  let { zone, warning } = resolveTimeZone(config().user_timezone);
  if (warning) log.warn(warning);
  const timeZone = () => zone;

  const limit = fileLimits(config().telegram_api_root);
  const files = new OutgoingFiles(() =>
    opened.sandbox
      // An agent that cannot read a file of the host must not have it sent either.
      ? { access: "workspace", home, containerRoot: INSIDE_HOME, largest: limit.send }
      : { access: config().file_access, home, largest: limit.send }
  );
  const outbox: Outbox = new Outbox({
    api,
    journal,
    clock,
    files,
    editIntervalMs: () => config().streaming.edit_interval_seconds * 1000,
    elsewhere: toOwner({ api, signal, users: () => users(), has: (id) => outbox.has(id) }),
    onMigrated: (from, to) => spawn("Following a group", moveGroup(from, to)),
  });
  const users = () => config().allowed_user_ids;
  if (opened.sandbox) showSandboxProgress(opened.sandbox, outbox, users);
  const approvals = new Approvals(outbox, clock);
  const projects = new Projects(home, config);
  const places = new Places(home, projects);
  const hostLauncher = opened.sandbox ? new HostLauncher() : launcher;
  const changes = new ProjectChanges(home, hostLauncher, opened.sandbox);
  const speaker = new TelegramSpeaker({
    ...{ api, outbox, approvals, clock, config, timeZone, files, places },
    hide: (chatId, text) => mask(text, opened.hidden(chatId)),
    keep(chatId, parts) {
      const shown = Iterator.from(parts).map((part) => mask(part, opened.hidden(chatId)));
      return keepAnswer(home, shown, new Date(clock.now()));
    },
  });

  /** A group became a supergroup, with another id. */
  async function moveGroup(from: number, to: number): Promise<void> {
    await sessions.move(from, to);
    await places.move(from, to);
    if (!config().allowed_group_ids?.includes(from)) return;
    await live.update((raw) => {
      const ids = raw.allowed_group_ids;
      if (Array.isArray(ids)) ids.splice(ids.findIndex((id) => Number(id) === from), 1, to);
    });
  }
  /** @param id What was said under it is not said again. */
  async function tellOwner(markdown: string, id?: string): Promise<void> {
    const [owner] = users();
    const said = id === undefined ? {} : { id };
    if (owner !== undefined) await speaker.say({ chatId: owner }, markdown, said);
  }

  const folders = folderKeeper({ home, seed: opened.seed, tell: tellOwner });
  const sessions = new Sessions(home, { now: () => new Date(clock.now()) });
  const patterns = new PatternCounter();
  const media = new MediaIntake({
    api,
    token: config().telegram_token,
    apiRoot: config().telegram_api_root,
    largest: limit.fetch,
    clock,
    workspace: home.workspaceDir,
    folder: home.telegramFilesDir,
    speaker,
    listen: opened.listen,
  });
  const models = new ModelCatalogue({ agents, cacheFile: (name) => home.modelsFile(name) });
  const limits = () => ({
    maxWarm: config().agents.max_warm,
    idleMs: config().agents.idle_minutes * 60_000,
  });
  const pool = new AgentPool({
    agents,
    ...limits(),
    clock,
    woken: (turn) => turns.woken(turn),
    suggested: (key, text) => speaker.suggest(keyOf(addressOf(key)), text),
  });
  const ahead = new Mutex();
  const conversations = new Conversations();
  const choose = (address: Seat) => chooseFor(address, { config, places, sessions, agents });
  const turns = new Turns({
    home,
    conversations,
    context: () => context,
    ...opened.onTurnEnd && { onTurnEnd: opened.onTurnEnd },
  });
  const steering = new Steering();
  const queue = new RequestQueue({
    conversations,
    steering,
    places,
    clock,
    config,
    timeZone,
    inbox,
    outbox,
    turn: async (request, stopped) => {
      await inContext("msg", request.address, () => turns.run(request, stopped));
    },
  });
  const besides = new Besides({
    config,
    inbox,
    outbox,
    speaker,
    turn: (request, stopped, asks) =>
      inContext("msg", request.address, () => turns.run(request, stopped, { asks })),
  });
  const context: TurnContext = {
    turned: (report) => measures.turn(report),
    config,
    changeConfig: (change) => live.update(change),
    clock,
    timeZone,
    home,
    places,
    changes,
    async memory(project) {
      await folders();
      return await memoryState(home, project);
    },
    memoryNews: (seen, now) => memoryNews(home, seen, now),
    choose,
    agents,
    pool,
    models,
    sessions,
    inbox,
    speaker,
    steering,
    asks: (address) => conversations.asks(address),
    hooks: new PromptHooks(),
    async receive(request, stopped, at) {
      await folders();
      return await media.receive(request, stopped, at);
    },
  };

  const telegram = new Liveness(clock);
  const notifier = new ChatNotifier({ speaker, users });
  const automation = new Automation({
    home,
    clock,
    agents,
    launcher,
    models,
    notifier,
    ask: async (target, question, signal) => {
      const [owner] = config().allowed_user_ids;
      const address = target ?? (owner === undefined ? undefined : { chatId: owner });
      if (!address || owner === undefined) {
        return { behavior: "deny", reason: "Nobody can be asked." };
      }
      const userId = address.chatId > 0 ? address.chatId : owner;
      return await speaker.ask(address, { ...question, userId }, signal);
    },
    config,
    timeZone,
    ran: (record) => measures.run(record),
    async handed({ provider, session, chat_id = users()[0], thread_id }) {
      if (chat_id === undefined) return;
      const address = { chatId: chat_id, ...thread_id !== undefined && { threadId: thread_id } };
      await chat.handed(address, provider, session);
    },
    report: (request, withAgents) =>
      answerReport(home, request, withAgents, {
        telegram: () => telegram.state,
        env: opened.env ?? (() => processEnv.toObject()),
        agents,
      }),
  });
  measures.watch({
    waiting: () => conversations.waiting,
    running: () => conversations.running,
    outbox: () => outbox.waiting,
    telegram: () => telegram.state,
    starts: opened.starts,
  });
  // What arrived is noted when nothing is delivered any more.
  closing.defer(() => automation.close());
  closing.defer(() => outbox.close());
  const background = new Background({
    home,
    clock,
    config,
    events: opened.events,
    changeConfig: (change) => live.update(change),
    queue,
    conversations,
    runTurn: (request, stopped) => turns.run(request, stopped),
    turn: context,
    notifier,
    automation,
    telegram: () => telegram.state,
    measures,
    secrets: opened.hookSecrets,
  });
  const logIns = new LogIns({
    ...!opened.sandbox && { launcher },
    ...{ api, speaker, clock, config },
    hide: (secret) => secrets.add([secret]),
  });
  closing.defer(async () => void await logIns.stop());
  const updates = await updatesOf({
    home,
    config,
    speaker,
    outbox,
    signal,
    clock,
    ...opened.restart && { restart: opened.restart },
    ...opened.updater && { updater: opened.updater },
  });
  const me = retrying(
    async () => {
      const { id, username, has_topics_enabled } = await api.raw.getMe(signal as never);
      return { id, username: username ?? "", topics: has_topics_enabled ?? false };
    },
    { pause: backoff({ first: 1000, most: 30_000 }), clock, signal },
  );
  me.catch(() => {});
  const chat = chatOf({
    home,
    api,
    clock,
    signal,
    me: () => me,
    inbox,
    outbox,
    files,
    media,
    patterns,
    speaker,
    approvals,
    queue,
    besides,
    logIns,
    conversations,
    sessions,
    moveGroup,
    places,
    projects,
    changes,
    launcher,
    hostLauncher,
    models,
    pool,
    agents,
    automation,
    hooks: background.webhooks,
    upgrade: updates.panel,
    sandboxed: opened.sandbox !== undefined,
    choose,
    ahead: (address) =>
      spawn("Opening a session ahead", ahead.run(() => openAhead(address, context))),
    timeZone,
    secrets: () => secrets.values,
    background: (address) =>
      backgroundLines({
        automation,
        background,
        timeZone: zone,
        telegram: telegram.state,
      }, address),
    config,
    changeConfig: (change) => live.update(change),
    people: live,
    ...opened.restart && { restart: opened.restart },
  });

  // What acts by itself when the config changes; everything else asks for it each time.
  let missing: string[] = [];
  live.changed(["projects", "project_roots"], async () => {
    const known = missing;
    missing = await projects.missing();
    const news = missing.filter((folder) => !known.includes(folder));
    if (news.length > 0) await tellOwner(projectTexts.noFolders(news));
  });
  live.changed(["agents"], () => pool.limit(limits()));
  live.changed(["user_timezone"], async (next) => {
    ({ zone, warning } = resolveTimeZone(next.user_timezone));
    await automation.scheduler.reload();
    // Said again when it is set again; the next start says what was never said.
    const id = `zone:${next.user_timezone}`;
    if (warning) await tellOwner(`⚠️ ${warning}.`, outbox.has(id) ? undefined : id);
  });
  live.changed(
    ["webhooks.enabled", "webhooks.host", "webhooks.port", "metrics.enabled"],
    () => background.webhooks.listen(),
  );
  // What decides whether a job can run at all.
  live.changed(
    ["quiet_hours", "heartbeat", "user_timezone", "provider", "model"],
    () => automation.scheduler.recheck(),
  );
  live.changed(["heartbeat.interval_minutes"], () => background.heartbeat.rearm());
  live.changed(["log_level", "log_format"], async ({ log_level, log_format }) => {
    await opened.logs?.change({ level: log_level, format: log_format });
  });
  return {
    ...opened,
    /** What is wrong with the zone of the config. */
    zoneWarning: warning,
    telegram,
    outbox,
    speaker,
    places,
    projects,
    models,
    pool,
    conversations,
    besides,
    automation,
    background,
    updates,
    chat,
    tellOwner,
    /** Opens the session of the newest conversation. */
    openNewest: () => ahead.run(() => newestAhead(context)),
    /** What opens sessions before they are asked for. */
    ahead,
  };
}
