/** New versions in the chat: the notice and its buttons, `/upgrade`, and how an upgrade went. */
import { Remembered } from "../../base/remembered.ts";
import { shorten } from "../../base/text.ts";
import { getLogger } from "@logtape/logtape";
import { type Address, keyOf } from "../../conversation/address.ts";
import type { Button, Speaker } from "../../conversation/speaker.ts";
import { UpgradeError } from "../../update/errors.ts";
import type { Release } from "../../update/releases.ts";
import type { UpgradeSentinel } from "../../update/sentinel.ts";
import { howToPull, type Updater } from "../../update/updater.ts";
import type { Command } from "../commands/command.ts";
import { type ButtonAction, panelOf, type Press, type PressResult } from "../presses.ts";
import { progressText, texts } from "./texts.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { render, split } from "../../telegram/render/mod.ts";

/** Of how many offers it is remembered that they were decided about. */
const REMEMBERED = 100;

const log = getLogger(["ductor", "telegram", "upgrade"]);

/** A changelog longer than this is cut; characters. */
const LONGEST_NOTES = 12_000;

export interface UpgradePanelOptions {
  updater: Updater;
  speaker: Pick<Speaker, "say">;
  outbox: Pick<Outbox, "open" | "edit">;
  users(): readonly number[];
  /** Has the bot end so that the new program is started. */
  restart(): Promise<void>;
  /** Noted as known, so that no notice follows. */
  seen(version: string): Promise<void>;
  signal: AbortSignal;
}

export class UpgradePanel {
  readonly #options: UpgradePanelOptions;
  #upgrading = false;
  /** Offers that were decided about; their buttons may still stand on other devices. */
  readonly #decided = new Remembered<string>(REMEMBERED);

  constructor(options: UpgradePanelOptions) {
    this.#options = options;
  }

  /** What the buttons do, by verb. */
  readonly actions: readonly ButtonAction[] = [
    { verb: "up_log", press: ({ address, argument }) => this.#changelog(address, argument) },
    { verb: "up_yes", press: (press) => this.#decide(press) ?? this.#upgrade(press) },
    { verb: "up_no", press: (press) => this.#decide(press) ?? this.#later(press) },
  ];

  /** The first tap on an offer counts; @returns the word for a later one */
  #decide(press: Press): PressResult | undefined {
    const offer = panelOf(press);
    if (this.#decided.has(offer)) return { keep: true, toast: texts.toasts.decided };
    this.#decided.add(offer, true);
  }

  readonly command: Command = {
    name: "upgrade",
    description: texts.description,
    group: "System",
    when: "now",
    run: ({ address }) => this.look(address),
  };

  /** `/upgrade`: offers the newest version, when it is newer. */
  async look(address: Address): Promise<void> {
    const { updater, speaker, seen, signal } = this.#options;
    if (!updater.replaceable) return await speaker.say(address, `${howToPull()}.`);
    let release;
    try {
      release = await updater.newer(signal);
    } catch (error) {
      return await speaker.say(address, texts.failed(error));
    }
    if (release) {
      await this.#offer(address, release);
      return await seen(release.version);
    }
    const { version } = updater;
    await speaker.say(address, texts.newest(version), {
      buttons: [[{ label: texts.buttons.whatIsNew, action: `up_log:${version}` }]],
    });
  }

  /** Tells every user of a new version. */
  async notify(release: Release): Promise<void> {
    for (const chatId of this.#options.users()) await this.#offer({ chatId }, release);
  }

  /** Tells whoever asked, else every user, how the upgrade went; the same one (`at`) only once. */
  async announce(sentinel: UpgradeSentinel, at: Date): Promise<void> {
    const { updater, speaker, users } = this.#options;
    const { chatId, threadId, oldVersion, newVersion, failed } = sentinel;
    const places = chatId === undefined
      ? users().map((id) => ({ chatId: id }))
      : [{ chatId, ...threadId !== undefined && { threadId } }];
    const good = failed === undefined && updater.version === newVersion;
    const text = good
      ? texts.upgraded(newVersion, oldVersion)
      : texts.notUpgraded(newVersion, updater.version, failed);
    const buttons: Button[][] = good
      ? [[{ label: texts.buttons.whatIsNew, action: `up_log:${newVersion}` }]]
      : [];
    for (const place of places) {
      const id = `upgrade:${newVersion}:${at.toISOString()}@${keyOf(place)}`;
      await speaker.say(place, text, { buttons, id });
    }
  }

  async #offer(address: Address, { version }: Release): Promise<void> {
    const now = this.#options.updater.version;
    await this.#options.speaker.say(
      address,
      texts.offer(version, now),
      {
        buttons: [
          [{ label: texts.buttons.whatIsNew, action: `up_log:${version}` }],
          [
            { label: texts.buttons.upgrade, action: `up_yes:${version}` },
            { label: texts.buttons.later, action: `up_no:${version}` },
          ],
        ],
      },
    );
  }

  async #later({ address, message, argument: version }: Press): Promise<"keep"> {
    await this.#options.outbox.edit(address, message.message_id, {
      pieces: split(render(texts.later(version))),
    });
    return "keep";
  }

  async #changelog(address: Address, version: string): Promise<"keep"> {
    const { updater, speaker, signal } = this.#options;
    let notes;
    try {
      notes = await updater.notesOf(version, signal);
    } catch (error) {
      await speaker.say(address, texts.failed(error));
      return "keep";
    }
    const cut = notes === undefined ? undefined : shorten(notes, LONGEST_NOTES);
    await speaker.say(
      address,
      cut === undefined ? texts.noNotes(version) : `**ductor ${version}**\n\n${cut}`,
    );
    // The same message still offers the upgrade.
    return "keep";
  }

  /** Returns at once, so that the buttons are gone before anybody can press twice. */
  #upgrade({ address, argument }: Press): PressResult {
    // It was offered to somebody else as well.
    if (this.#upgrading) return { toast: texts.toasts.running };
    this.#upgrading = true;
    this.#perform(address, argument).catch((error) => {
      log.error("The upgrade could not be reported: {error}", { error });
    }).finally(() => this.#upgrading = false);
  }

  async #perform(address: Address, wanted: string): Promise<void> {
    const { updater, outbox, restart, signal } = this.#options;
    const post = outbox.open(address);
    let now: string = texts.looking;
    const show = (text: string) => {
      now = text;
      post.show(() => ({ pieces: split(render(now)) }));
    };
    const finish = (text: string) => post.finish({ pieces: split(render(text)) });
    show(now);
    try {
      const release = await updater.newer(signal);
      if (!release) {
        return await finish(texts.newestAlready(updater.version));
      }
      // The button may be older than the newest release; that is what anybody would want.
      if (release.version !== wanted) log.info("Upgrading to a newer version than was offered");
      const { chatId, threadId } = address;
      await updater.install(release, {
        chatId,
        ...threadId !== undefined && { threadId },
        progress: (step) => show(progressText(step, release.version)),
        signal,
      });
      await finish(texts.inPlace(release.version));
    } catch (error) {
      if (!(error instanceof UpgradeError)) {
        log.error("The upgrade failed: {error}", { error });
      }
      return await finish(texts.noUpgrade(error));
    }
    await restart();
  }
}
