import { getLogger } from "@logtape/logtape";
import { InputFile } from "grammy";
import type { User } from "grammy/types";
import type { Agent } from "../../agents/agent.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { Address } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { shortenMiddle } from "../../base/text.ts";
import { bold, nameOf, type Part, textOf } from "../../telegram/text.ts";
import { keyboardOf } from "../buttons.ts";
import type { Command } from "../commands/command.ts";
import { modelName } from "../model/names.ts";
import { allTitles, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { quickButtons } from "./quick.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram"]);

/** 1280×720; made by `assets/images/welcome.svg`. */
const PICTURE = new URL("../../../assets/images/welcome.png", import.meta.url);
/** UTF-16 units of the text under a picture. */
const CAPTION_LIMIT = 1024;
/** A greeting need not wait longer for its picture. */
const UPLOAD_MS = 15_000;

export interface StartNeeds {
  api: Api;
  outbox: Pick<Outbox, "send" | "beside">;
  agents: Record<ProviderName, Agent>;
  models: Pick<ModelCatalogue, "known">;
  choose(address: Address): Promise<Choice>;
}

/** `/start`: a picture, a greeting, and three things to begin with. */
export function startCommand(needs: StartNeeds): Command {
  return {
    name: "start",
    description: texts.description,
    group: "Session",
    when: "now",
    async run({ address, from }) {
      const greeting = textOf([
        ...greetingOf(from),
        ...await agentParts(address, needs),
        `\n\n${texts.how}`,
      ], CAPTION_LIMIT);
      const keyboard = keyboardOf(quickButtons());
      try {
        const photo = new InputFile(await Deno.readFile(PICTURE), "welcome.png");
        await needs.outbox.beside(address.chatId, () =>
          needs.api.raw.sendPhoto({
            chat_id: address.chatId,
            ...address.threadId !== undefined && { message_thread_id: address.threadId },
            photo,
            caption: greeting.text,
            caption_entities: greeting.entities,
            reply_markup: keyboard,
          }, AbortSignal.timeout(UPLOAD_MS) as never));
      } catch (error) {
        log.warn("The welcome picture could not be sent: {failure}", { failure: failureOf(error) });
        await needs.outbox.send(address, { pieces: [greeting], keyboard });
      }
    },
  };
}

function greetingOf({ first_name: name }: User): Part[] {
  return [bold(texts.hello(shortenMiddle(nameOf(name ?? ""), 60))), `\n${texts.about}\n\n`];
}

async function agentParts(
  address: Address,
  { agents, models, choose }: StartNeeds,
): Promise<Part[]> {
  const states = await Promise.all(
    PROVIDER_NAMES.map(async (provider) => ({
      name: PROVIDERS[provider].title,
      provider,
      ...await agents[provider].authState(),
    })),
  );
  const here = states.filter(({ installed }) => installed);
  if (here.length === 0) return [texts.noAgent(allTitles("or"))];
  const { provider, model } = await choose(address);
  const parts: Part[] = [
    texts.answering,
    bold(PROVIDERS[provider].title),
    texts.with(modelName({ models }, provider, model)),
  ];
  const others = here.filter((state) => state.provider !== provider).map(({ name }) => name);
  if (others.length > 0) parts.push(`\n${texts.others(others)}`);
  for (const { name, login } of here) {
    if (login === "no") parts.push(`\n${texts.loggedOut(name)}`);
  }
  return parts;
}
