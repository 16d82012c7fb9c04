/** The running bot: opened, wired together, started; and closed in reverse. */
import { getLogger } from "@logtape/logtape";
import { processEnv } from "../base/process_env.ts";
import { spawn } from "../base/async/spawn.ts";
import { grantWish, type WishesOptions } from "../chat/wishes.ts";
import { tellChange } from "../chat/who_may/who_may.ts";
import { watchWishes } from "../service/agent_wish.ts";
import { announceRestart } from "../service/restart.ts";
import { Poller } from "../telegram/poller.ts";
import { WorkspaceKeeper } from "../workspace/keeper.ts";
import { registeredTasks, repairTasks } from "../workspace/task_repair.ts";
import type { Bot, BotOptions } from "./bot.ts";
import { watchAsides } from "./asides.ts";
import { hearTerminals } from "./terminals.ts";
import { DiskWatch } from "./disk_watch.ts";
import { fingerprint } from "./instance_lock.ts";
import { open } from "./open.ts";
import { wire, type Wired } from "./wire.ts";

export type { Bot, BotOptions } from "./bot.ts";

const log = getLogger(["ductor", "app"]);

/** How long the outbox may go on delivering after the turns have ended. */
const FLUSH_MS = 5000;

export async function startBot(options: BotOptions): Promise<Bot> {
  await using closing = new AsyncDisposableStack();
  const parts = await wire(await open(options, closing), closing);
  const { stop, besides, conversations, automation, background, outbox } = parts;
  let grace = AbortSignal.timeout(0);
  const { ended } = await start(parts, closing, () => grace);
  const life = closing.move();
  return {
    ended,
    heartbeat: background.heartbeat,
    cleanup: background.cleanup,
    automation,
    config: parts.config,
    webhooks: background.webhooks,
    running: () => conversations.running,
    async settled() {
      await Promise.all([conversations.idle(), besides.idle()]);
      await outbox.flush(stop.signal);
    },
    async stop(graceMs) {
      grace = AbortSignal.timeout(graceMs);
      await life.disposeAsync();
    },
  };
}

/**
 * Lets everything run: Telegram is asked as soon as what a former run left is in its place; jobs,
 * webhooks and the rest start beside it.
 *
 * @param grace Until when what runs may go on at the end.
 */
async function start(
  parts: Wired,
  closing: AsyncDisposableStack,
  grace: () => AbortSignal,
): Promise<Pick<Bot, "ended">> {
  const { home, clock, live, stop, outbox, chat, tellOwner, speaker, background } = parts;
  const { signal } = stop;
  closing.defer(() => outbox.flush(AbortSignal.timeout(FLUSH_MS)));
  const env = (name: string) => processEnv.get(name);
  const keeper = new WorkspaceKeeper({ home, clock, env });
  closing.defer(() => keeper.close());
  // After the pool is closed it opens nothing more; what it still reads for that comes to its end.
  closing.defer(() => parts.ahead.idle());
  closing.defer(() => parts.pool.closeAll());
  closing.defer(() => background.close());
  // Until what runs has ended: presses get a word meanwhile, the rest stays for the next start.
  const polling = closing.use(new AsyncDisposableStack());
  closing.defer(() => stop.abort());
  closing.defer(async () =>
    void await Promise.all([
      parts.conversations.close(grace()),
      parts.besides.close(grace()),
      parts.automation.stop(grace()),
    ])
  );
  closing.defer(() => background.stop());

  await parts.models.start(signal);
  // What a former run left comes first: its answers, then its questions, then new messages.
  outbox.resume(parts.left);
  await chat.resume();
  const [owner] = parts.config().allowed_user_ids;
  const disk = new DiskWatch({
    ...{ home, clock, signal },
    say: async (text) =>
      owner !== undefined &&
      await parts.bot.api.raw.sendMessage({ chat_id: owner, text }, signal as never),
  });
  const poller = await pollerOf(parts, disk);
  const ended = poller.run(signal);
  ended.catch(() => {});
  polling.defer(() => ended.catch(() => {}));

  spawn("Watching the disk", disk.watch());
  spawn(
    "Watching the config",
    live.watch({
      clock,
      signal,
      tell: tellOwner,
      ask: (change) => tellChange(change, parts),
    }),
  );
  spawn(
    "Looking for files that were set aside",
    watchAsides(home, { clock, signal, tell: tellOwner }),
  );
  const say: WishesOptions["say"] = async (address, text) =>
    address ? void await speaker.say(address, text) : await tellOwner(text);
  spawn(
    "Watching what agents ask for",
    watchWishes(home, (wish) => grantWish(wish, { ...parts, say }), signal, clock),
  );
  await announceRestart(home, async ({ chatId, threadId, message, at }) => {
    const address = { chatId, ...threadId !== undefined && { threadId } };
    await speaker.say(address, message, { id: `restart:${at.toISOString()}` });
  }).catch((error) => log.error("Nobody is told of the restart: {error}", { error }));
  await repairTasks(home, () => registeredTasks(home)).catch((error) =>
    log.error("Task folders could not be looked through: {error}", { error })
  );
  // What there is to say at a start is one message.
  const { zoneWarning, config } = parts;
  const zoneId = `zone:${config().user_timezone}`;
  const zoneIsNews = zoneWarning !== undefined && !outbox.has(zoneId);
  const notices = [...parts.notices ?? [], ...zoneIsNews ? [`⚠️ ${zoneWarning}.`] : []];
  try {
    await background.start();
    await parts.automation.start((text) => Promise.resolve(void notices.push(text)));
  } finally {
    if (notices.length > 0) {
      await tellOwner(notices.join("\n\n"), zoneIsNews ? zoneId : undefined);
    }
  }
  polling.use(await hearTerminals(parts));
  parts.updates.start();
  chat.showMenus();
  spawn("Opening the newest conversation's session ahead", parts.openNewest());
  return { ended };
}

async function pollerOf(parts: Wired, disk: DiskWatch): Promise<Poller> {
  const { home, clock, bot, chat, config, updates, telegram } = parts;
  const token = await fingerprint(config().telegram_token);
  const [, before] = (await Deno.readTextFile(home.workedFile).catch(() => "")).split("\n");
  const code = Number(await Deno.readTextFile(home.setupCodeFile).catch(() => "0"));
  return new Poller({
    bot,
    clock,
    liveness: telegram,
    patient: parts.service === true || before === token,
    connected: () => {
      // For the supervisor: what ends this program now does not hinder it from working.
      // And for the next life, that the token is good.
      spawn(
        "Noting that Telegram answers",
        Deno.writeTextFile(home.workedFile, `${Deno.pid}\n${token}`),
      );
      spawn("Telling how the upgrade went", updates.connected());
    },
    // The code of the set-up was for the wizard.
    async accept(received) {
      try {
        return await chat.accept(received.filter(({ update_id }) => update_id !== code));
      } catch (error) {
        disk.look();
        throw error;
      }
    },
  });
}
