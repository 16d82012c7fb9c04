import { allTitles, PROVIDER_NAMES, PROVIDERS } from "../../agents/provider.ts";
import { shortenMiddle } from "../../base/text.ts";
import { getLogger } from "@logtape/logtape";
import { InputFile } from "grammy";
import { failureOf } from "../../telegram/api.ts";
import { keyboardOf } from "../buttons.ts";
import { modelName } from "../model/names.ts";
import { bold, nameOf, type Part, textOf } from "../../telegram/text.ts";
import type { Command, CommandContext } from "../commands/command.ts";
import type { Incoming } from "../incoming/incoming.ts";
import { quickButtons } from "./quick.ts";

const log = getLogger(["ductor", "telegram"]);

/** 1280×720; made by `assets/images/welcome.svg`. */
const PICTURE = new URL("../../../assets/images/welcome.png", import.meta.url);
/** UTF-16 units of the text under a picture. */
const CAPTION_LIMIT = 1024;

/** `/start`: a picture, a greeting, and three things to begin with. */
export const start: Command = {
  description: "Say hello",
  group: "Session",
  when: "now",
  async run(incoming, _, context) {
    const { address } = incoming;
    const greeting = textOf(await greetingParts(incoming, context), CAPTION_LIMIT);
    const keyboard = keyboardOf(quickButtons());
    try {
      const photo = new InputFile(await Deno.readFile(PICTURE), "welcome.png");
      await context.outbox.beside(address.chatId, () =>
        context.api.raw.sendPhoto({
          chat_id: address.chatId,
          ...address.threadId !== undefined && { message_thread_id: address.threadId },
          photo,
          caption: greeting.text,
          caption_entities: greeting.entities,
          reply_markup: keyboard,
        }, AbortSignal.timeout(UPLOAD_MS) as never));
    } catch (error) {
      log.warn("The welcome picture could not be sent: {failure}", { failure: failureOf(error) });
      await context.outbox.send(address, { pieces: [greeting], keyboard });
    }
  },
};

/** A greeting need not wait longer for its picture. */
const UPLOAD_MS = 15_000;

async function greetingParts({ from, address }: Incoming, context: CommandContext) {
  const name = shortenMiddle(nameOf(from.first_name ?? ""), 60);
  const parts: Part[] = [
    bold(`Hello${name === "" ? "" : `, ${name}`}!`),
    "\nI am ductor. What you write here goes to the agent on your own machine, and its answer " +
    "comes back as it is written.\n\n",
    ...await agentParts(address, context),
    "\n\nJust write. /model changes who answers, /stop ends a running answer, /help lists the rest.",
  ];
  return parts;
}

async function agentParts(address: Incoming["address"], context: CommandContext): Promise<Part[]> {
  const states = await Promise.all(
    PROVIDER_NAMES.map(async (provider) => ({
      provider,
      ...await context.agents[provider].authState(),
    })),
  );
  const here = states.filter(({ installed }) => installed);
  if (here.length === 0) {
    return [
      "⚠️ No agent is installed on this machine yet. /model says how to install " +
      `${allTitles("or")}.`,
    ];
  }
  const { provider, model } = await context.choose(address);
  const parts: Part[] = [
    "Answering: ",
    bold(PROVIDERS[provider].title),
    ` with ${modelName(context, provider, model)}`,
  ];
  const others = here.filter((state) => state.provider !== provider);
  if (others.length > 0) {
    parts.push(`\nAlso here: ${others.map((state) => PROVIDERS[state.provider].title).join(", ")}`);
  }
  for (const state of here.filter(({ login }) => login === "no")) {
    parts.push(`\n⚠️ ${PROVIDERS[state.provider].title} is not logged in yet.`);
  }
  return parts;
}
