/** A topic of its own for a project: a board of work side by side. */
import type { Address } from "../../conversation/address.ts";
import type { Places } from "../../conversation/places.ts";
import type { Project } from "../../projects/project.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { bold, textOf } from "../../telegram/text.ts";
import { texts } from "./texts.ts";

export interface TopicNeeds {
  api: Pick<Api, "raw">;
  outbox: Pick<Outbox, "send">;
  places: Pick<Places, "choose">;
  /** Whether private chats with the bot can have topics. */
  me(): Promise<{ topics?: boolean }>;
}

export async function hasTopics(
  { chatId, threadId }: Address,
  { api, me }: Pick<TopicNeeds, "api" | "me">,
): Promise<boolean> {
  if (threadId !== undefined) return true;
  if (chatId > 0) return (await me()).topics ?? false;
  const chat = await api.raw.getChat({ chat_id: chatId }).catch(() => undefined);
  return chat?.is_forum ?? false;
}

/** @returns what to say of it */
export async function makeTopic(
  { chatId }: Address,
  project: Project,
  { api, outbox, places }: TopicNeeds,
): Promise<string> {
  let threadId: number;
  try {
    const topic = await api.raw.createForumTopic({ chat_id: chatId, name: project.name });
    threadId = topic.message_thread_id;
  } catch (error) {
    const failure = failureOf(error);
    return texts.topic.failed("description" in failure ? failure.description : failure.kind);
  }
  const address = { chatId, threadId };
  await places.choose(address, project.name);
  await outbox.send(address, {
    pieces: [textOf([texts.topic.here, bold(project.name), texts.topic.write])],
  });
  return texts.topic.made(project.name);
}
