import type { Chat, Message } from "grammy/types";
import { Room } from "./room.ts";
import { openTopic } from "./topics.ts";
import type { ChatHandle, ChatUser, TopicInfo } from "./types.ts";
import type { World } from "./world.ts";

export interface GroupOptions {
  /** Default: the next free one; negative, with -100 in front for supergroups. */
  id?: number;
  title: string;
  /** A supergroup with topics. */
  forum?: boolean;
  /** A basic group, which can become a supergroup; default is a supergroup. */
  basic?: boolean;
  /** The first one owns the group and brings the bot. */
  members: readonly ChatUser[];
  /** Then the bot sees every message, and may make topics and delete what others wrote. */
  botIsAdmin?: boolean;
}

/** A group with the bot in it. */
export class Group implements ChatHandle {
  readonly #world: World;
  readonly #owner: ChatUser;
  #room: Room;

  constructor(world: World, options: GroupOptions) {
    const [owner] = options.members;
    if (!owner) throw new Error("A group needs at least one member");
    const id = options.id ?? freeId(world, options.basic ? -4_000_000 : -1_002_000_000_000);
    if (world.rooms.has(id)) throw new Error(`There is a chat ${id} already`);
    if (id >= 0) throw new Error(`Ids of groups are negative, found ${id}`);
    if (options.basic && options.forum) throw new Error("Only supergroups can be forums");
    this.#world = world;
    this.#owner = owner;
    this.#room = world.open(
      chatOf(id, options.title, options.basic === true, options.forum === true),
      options.forum === true,
    );
    this.#room.botIsAdmin = options.botIsAdmin === true;
    for (const member of options.members) this.#room.members.set(member.id, member);
    this.#announceBot();
  }

  get id(): number {
    return this.#room.id;
  }

  get chat(): Chat {
    return this.#room.chat;
  }

  createTopic(name: string): TopicInfo {
    if (!this.#room.hasTopics) throw new Error(`Chat ${this.id} has no topics`);
    return openTopic(this.#world, this.#room, this.#owner.profile, name);
  }

  migrate(): number {
    const old = this.#room;
    if (old.kind !== "group") throw new Error(`Chat ${old.id} is a supergroup already`);
    const world = this.#world;
    const id = freeId(world, -1_002_000_000_000);
    const title = old.chat.title ?? "";
    const room = new Room(chatOf(id, title, false, false), false);
    for (const [userId, member] of old.members) room.members.set(userId, member);
    room.botIsAdmin = old.botIsAdmin;
    world.rooms.set(id, room);
    old.migratedTo = id;
    this.#room = room;
    world.emit({ type: "chat", chat: room.chat, migrated_from: old.id });
    const from = this.#owner.profile;
    world.post(old, from, { migrate_to_chat_id: id } as Partial<Message>);
    world.post(room, from, { migrate_from_chat_id: old.id } as Partial<Message>);
    return id;
  }

  #announceBot(): void {
    const world = this.#world;
    const bot = world.bot();
    world.deliver("my_chat_member", {
      chat: this.#room.chat,
      from: this.#owner.profile,
      date: world.date(),
      old_chat_member: { user: bot, status: "left" },
      new_chat_member: { user: bot, status: this.#room.botIsAdmin ? "administrator" : "member" },
    });
    world.post(this.#room, this.#owner.profile, { new_chat_members: [bot] } as Partial<Message>);
  }
}

function chatOf(id: number, title: string, basic: boolean, forum: boolean): Chat {
  if (basic) return { id, type: "group", title };
  return forum
    ? { id, type: "supergroup", title, is_forum: true }
    : { id, type: "supergroup", title };
}

function freeId(world: World, start: number): number {
  let id = start - 1;
  while (world.rooms.has(id)) id -= 1;
  return id;
}
