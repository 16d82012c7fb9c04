import type { Message, User } from "grammy/types";
import type { Press } from "../../src/chat/presses.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { OutboxJournal } from "../../src/telegram/outbox_journal.ts";
import { buttonsOf } from "./buttons.ts";
import { FakeApi } from "./fake_api.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { TempFolder } from "./temp_folder.ts";

export const ALICE: User = { id: 42, is_bot: false, first_name: "Alice" };
export const BOB: User = { id: 43, is_bot: false, first_name: "Bob" };

/** The real outbox in a private chat with Alice, on a Bot API in memory and a clock that stands still. */
export interface ChatBench {
  api: FakeApi;
  clock: FakeClock;
  outbox: Outbox;
  /** Waits until the condition holds; what is said is put on a real disk before it is sent. */
  until(condition: () => boolean): Promise<void>;
  /** The message that begins so, as a press of one of its buttons brings it along. */
  message(beginning: string): Message;
  /** What a tap on a button of it hands over. */
  press(message: Message, label: string, from?: User): Press;
  /** Ends this run without any farewell and starts the next one on the same file. */
  crash(): Promise<void>;
}

export async function withChat(fn: (bench: ChatBench) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  const api = new FakeApi();
  const clock = new FakeClock();
  const open = async () => {
    const { journal, left } = await OutboxJournal.open(temp.at("outbox.jsonl"));
    const options = { api: api.api, journal, clock, editIntervalMs: () => 2000, random: () => 0 };
    return { journal, left, outbox: new Outbox(options) };
  };
  let run = await open();
  let updates = 0;
  const bench: ChatBench = {
    api,
    clock,
    outbox: run.outbox,
    async until(condition) {
      for (let tries = 0; !condition(); tries++) {
        if (tries === 2000) {
          throw new Error(`Waited in vain for ${condition}; the chat shows ${api.texts()}`);
        }
        await settle();
      }
    },
    message(beginning) {
      const found = [...api.chat.values()].findLast(({ text }) => text.startsWith(beginning));
      if (!found) throw new Error(`No message begins with ${beginning}`);
      const { id: message_id, text, entities, keyboard } = found;
      const chat = { id: ALICE.id, type: "private", first_name: "Alice" } as const;
      const markup = keyboard && { reply_markup: keyboard };
      return { message_id, date: 1, chat, text, entities, ...markup } as Message;
    },
    press(message, label, from = ALICE) {
      const button = buttonsOf(message).find(({ text }) => text === label);
      if (!button) throw new Error(`No button ${label}`);
      const argument = button.data.replace(/^d:[^:]*:/, "");
      return { updateId: ++updates, address: { chatId: ALICE.id }, from, message, argument };
    },
    async crash() {
      run.outbox.close();
      await run.journal.close();
      run = await open();
      bench.outbox = run.outbox;
      run.outbox.resume(run.left);
    },
  };
  try {
    await fn(bench);
  } finally {
    run.outbox.close();
    await run.journal.close();
  }
}
