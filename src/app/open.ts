/** The first stage of the bot: what it stands on. Journals are opened together. */
import { KnownSecrets } from "../base/known_secrets.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { configSecrets } from "../config/schema.ts";
import { Events } from "../webhooks/events.ts";
import { Inbox } from "../conversation/inbox.ts";
import { HostLauncher } from "../process/launcher.ts";
import { createBotApi } from "../telegram/api.ts";
import { OutboxJournal } from "../telegram/outbox_journal.ts";
import { readUpdate } from "../telegram/update.ts";
import { Measures } from "./measures.ts";
import { LiveConfig } from "./live_config.ts";
import type { BotOptions } from "./bot.ts";

export type Opened = Awaited<ReturnType<typeof open>>;

/** @param closing Closes what was opened, the last first. */
export async function open(options: BotOptions, closing: AsyncDisposableStack) {
  const { home } = options;
  if (options.sandbox && !options.launcher) throw new TypeError("A sandbox needs its launcher");
  const clock: Clock = options.clock ?? systemClock;
  const live = await LiveConfig.open(home, options.config);
  const config = live.get;
  const secrets = options.secrets ?? new KnownSecrets();
  secrets.add(configSecrets(config()));
  live.changed(["telegram_token", "webhooks.token"], (next) => secrets.add(configSecrets(next)));
  const measures = new Measures();
  const stop = new AbortController();
  // Also when what follows fails: nothing goes on waiting.
  closing.defer(() => stop.abort());
  const ofHooks = new KnownSecrets();
  const hookSecrets = {
    add(values: Iterable<string>) {
      const all = [...values];
      ofHooks.add(all);
      secrets.add(all);
    },
  };
  /** What is not shown in a chat. The secret of a new webhook is for its owner, who has to hand it on. */
  const hidden = (chatId: unknown) =>
    Number(chatId) > 0
      ? secrets.values.filter((value) => !ofHooks.values.includes(value))
      : secrets.values;
  const bot = createBotApi(
    config().telegram_token,
    config().telegram_api_root,
    () => measures.flooded(),
    hidden,
  );
  closing.defer(() => bot.close());
  const events = Events.open(home.webhookEventsFile, () => clock.now());
  // Not waited for here: who writes in the chat needs none of them. Who needs them hears of a failure.
  events.catch(() => {});
  closing.defer(() => events.then((opened) => opened.close(), () => {}));
  const [inbox, { journal, left }] = await Promise.all([
    Inbox.open(home.inboxFile, readUpdate),
    OutboxJournal.open(home.outboxFile),
  ]);
  closing.defer(async () => void await Promise.all([inbox.close(), journal.close()]));
  const launcher = options.launcher ?? new HostLauncher();
  return {
    ...options,
    clock,
    measures,
    live,
    config,
    secrets,
    hookSecrets,
    hidden,
    stop,
    bot,
    inbox,
    journal,
    left,
    events,
    launcher,
  };
}
