/** What topics are called, as Telegram has told it: it cannot be asked. */
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";
import type { Home } from "../config/home.ts";
import { type Address, keyOf } from "./address.ts";

export class TopicNames {
  readonly #file: JsonFile<Record<string, string>>;

  constructor({ topicNamesFile }: Pick<Home, "topicNamesFile">) {
    this.#file = new JsonFile(topicNamesFile, {
      schema: z.record(z.string(), z.string()),
      defaultValue: () => ({}),
    });
  }

  async of(address: Address): Promise<string | undefined> {
    return (await this.#file.read())[keyOf(address)];
  }

  /** @param first Whether it is only what it was called when it was made. */
  async saw(address: Address, name: string, first: boolean): Promise<void> {
    const known = await this.of(address);
    if (known === name || first && known !== undefined) return;
    await this.#file.update((all) => void (all[keyOf(address)] = name));
  }
}
