/**
 * `/login`: the CLI's own login as a child of ours. Its link and code go to the chat; a code that has
 * to go back is taken before anything is written to disk, handed to the child, and deleted. One login
 * at a time, for the owner, in their private chat.
 */
import { stripVTControlCharacters } from "node:util";
import { tmpdir } from "node:os";
import type { Update } from "grammy/types";
import { isProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { spawn } from "../../base/async/spawn.ts";
import { after } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";
import { oneLine, shorten } from "../../base/text.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Child, Launcher } from "../../process/launcher.ts";
import type { Api } from "../../telegram/api.ts";
import type { Command } from "../commands/command.ts";
import type { ButtonAction } from "../presses.ts";
import { texts } from "./texts.ts";

/** Codes of devices are good for 15 minutes. */
const LONGEST_MS = 15 * 60_000;
/** What somebody may send as a code without replying. */
const CODE = /^\S{20,}$/;

export interface LogInsOptions {
  /** Absent: agents run elsewhere, and so would the login. */
  launcher?: Pick<Launcher, "launch">;
  api: Pick<Api, "raw">;
  speaker: Pick<Speaker, "say">;
  clock: Clock;
  config(): Pick<Config, "allowed_user_ids">;
  /** Takes note of what must not be seen anywhere. */
  hide(secret: string): void;
}

interface LogIn {
  provider: ProviderName;
  child: Child;
  address: Address;
  /** It waits for a code of the user's. */
  asking: boolean;
  over?: "stopped" | "late";
}

const LOGIN_NAMES = PROVIDER_NAMES.filter((name) => PROVIDERS[name].logInFromAfar);

export class LogIns {
  readonly #options: LogInsOptions;
  #now: LogIn | undefined;

  constructor(options: LogInsOptions) {
    this.#options = options;
  }

  readonly command: Command = {
    name: "login",
    description: texts.description,
    group: "Agent",
    when: "now",
    run: async ({ address, from, args }) => {
      const name = args.trim().toLowerCase();
      const why = this.#refusal(address, from.id);
      if (why !== undefined) return await this.#say(address, why);
      if (!isProvider(name) || !LOGIN_NAMES.includes(name)) {
        return await this.#say(address, texts.which(LOGIN_NAMES));
      }
      await this.#begin(address, name);
    },
  };

  readonly action: ButtonAction = {
    verb: "login",
    press: async ({ argument: name, address, from }) => {
      const toast = this.#refusal(address, from.id);
      if (toast !== undefined || !isProvider(name)) return { keep: true, ...toast && { toast } };
      await this.#begin(address, name);
      return "keep";
    },
  };

  #refusal({ chatId }: Address, userId: number): string | undefined {
    const { config, launcher } = this.#options;
    if (chatId !== userId || userId !== config().allowed_user_ids[0]) return texts.onlyOwner;
    return launcher ? undefined : texts.sandbox;
  }

  #say(address: Address, markdown: string): Promise<void> {
    return this.#options.speaker.say(address, markdown);
  }

  async #begin(address: Address, provider: ProviderName): Promise<void> {
    await this.stop();
    const { program, logInFromAfar, title } = PROVIDERS[provider];
    await this.#say(address, texts.begins(title));
    const child = await this.#options.launcher!.launch({
      command: program,
      args: logInFromAfar!.args,
      cwd: tmpdir(),
      env: {},
    });
    const login: LogIn = { provider, child, address, asking: false };
    this.#now = login;
    spawn("Logging in", this.#follow(login));
  }

  async #follow(login: LogIn): Promise<void> {
    const { provider, child, address } = login;
    const { title, logInFromAfar } = PROVIDERS[provider];
    using _limit = after(LONGEST_MS, () => {
      login.over = "late";
      spawn("Ending a login", child.kill());
    }, { clock: this.#options.clock });
    let last = "";
    try {
      for await (const raw of child.lines) {
        const line = stripVTControlCharacters(raw).trim();
        if (line !== "") last = line;
        const [link] = /https?:\/\/\S+/.exec(line) ?? [];
        if (link) await this.#say(address, texts.open(title, link));
        if (link && logInFromAfar!.pastes) {
          login.asking = true;
          await this.#say(address, texts.paste);
        }
        if (/^[A-Z0-9]{4,}-[A-Z0-9]{4,}$/.test(line)) await this.#say(address, texts.code(line));
      }
      const { code } = await child.exited;
      if (login.over === "stopped") return;
      if (login.over === "late") return await this.#say(address, texts.late(title));
      if (code === 0) return await this.#say(address, texts.done(title));
      const said = child.stderrTail().trim().split("\n").at(-1) || last;
      await this.#say(address, texts.failed(title, whyOf(said)));
    } finally {
      if (this.#now === login) this.#now = undefined;
      await child.kill();
    }
  }

  /** Takes a code that is asked for, which nobody else shall see. @returns whether it is one */
  take({ message }: Update): boolean {
    const login = this.#now;
    if (!login?.asking || message?.chat.id !== login.address.chatId || !message.text) return false;
    const text = message.text.trim();
    const replies = message.reply_to_message?.from?.is_bot === true;
    if (text.startsWith("/") || !(replies ? /^\S{4,}$/ : CODE).test(text)) return false;
    login.asking = false;
    this.#options.hide(text);
    spawn("Handing a code on", this.#hand(login, text, message.message_id));
    return true;
  }

  async #hand({ child, address }: LogIn, code: string, messageId: number): Promise<void> {
    await child.write(code);
    const { raw } = this.#options.api;
    // In some chats it stays; it is good for this login only.
    await raw.deleteMessage({ chat_id: address.chatId, message_id: messageId }).catch(() => {});
    await this.#say(address, texts.got);
  }

  /** Ends what runs, with all it started. @returns what it is called */
  async stop(chatId?: number): Promise<string[]> {
    const login = this.#now;
    if (!login || (chatId !== undefined && login.address.chatId !== chatId)) return [];
    login.over = "stopped";
    this.#now = undefined;
    await login.child.kill();
    return [texts.title(PROVIDERS[login.provider].title)];
  }
}

/** The end of what the program said, without what it had asked. */
function whyOf(said: string): string {
  const words = stripVTControlCharacters(said).replace(/^.*prompted >\s*/, "");
  return shorten(oneLine(words), 300) || "the program said nothing.";
}
