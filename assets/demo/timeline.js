/** The list of messages: groups, days, albums; only what changed is built again. */
import { bubbleRow, dayRow, draftRow, serviceRow, serviceText } from "./bubble.js";
import { dayKey } from "./dates.js";
import { morph } from "./dom.js";

/** Messages of one person this close together (seconds) stand as one group. */
const GROUP_GAP = 300;

export class Timeline {
  #list;
  #store;
  #rows = new Map();
  #place = "";
  #waiting = new Map();
  #marked;

  constructor(list, store) {
    this.#list = list;
    this.#store = store;
  }

  /** A button was pressed and the bot has not answered yet; `data` undefined: it has. */
  wait(messageId, data) {
    if (data === undefined) this.#waiting.delete(messageId);
    else this.#waiting.set(messageId, data);
  }

  /** The message a jump went to is lit for a moment. */
  mark(messageId) {
    this.#marked = messageId;
  }

  row(messageId) {
    return this.#list.querySelector(`.row[data-id="${messageId}"], .visual[data-id="${messageId}"]`)
      ?.closest(".row");
  }

  /** Brings the list up to date; new rows glide in when `animate`. */
  render(chat, thread, animate) {
    const place = `${chat}/${thread ?? 0}`;
    const moved = place !== this.#place;
    if (moved) {
      this.#rows.clear();
      this.#list.replaceChildren();
      this.#place = place;
    }
    const seen = new Set();
    let cursor = this.#list.firstChild;
    for (const item of this.#items(chat, thread)) {
      seen.add(item.key);
      const known = this.#rows.get(item.key);
      let element;
      if (known && same(known.signature, item.signature)) element = known.element;
      else {
        const fresh = item.build();
        element = known ? morph(known.element, fresh) : fresh;
        this.#rows.set(item.key, { element, signature: item.signature });
        if (!known && animate && !moved) arrive(element);
      }
      if (element === cursor) cursor = cursor.nextSibling;
      else this.#list.insertBefore(element, cursor);
    }
    for (const [key, { element }] of this.#rows) {
      if (seen.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    return seen.size;
  }

  #items(chat, thread) {
    const items = [];
    const groups = this.#groups(this.#store.messages(chat, thread));
    const type = this.#store.chats.get(chat)?.type;
    let day = "";
    groups.forEach((messages, index) => {
      const message = messages[0];
      const today = dayKey(message.date);
      if (today !== day) {
        day = today;
        items.push({ key: `day-${today}`, signature: [today], build: () => dayRow(message.date) });
      }
      const key = `message-${message.message_id}`;
      if (serviceText(message)) {
        items.push({ key, signature: [message], build: () => serviceRow(message) });
        return;
      }
      const own = message.from?.id === this.#store.user?.id;
      const item = {
        messages,
        own,
        first: !joined(groups[index - 1]?.at(-1), message),
        last: !joined(message, groups[index + 1]?.[0]),
        named: type !== "private",
        reactions: messages.flatMap((one) => this.#store.reactions(chat, one.message_id)),
        waiting: this.#waiting.get(message.message_id),
        rang: messages.some((one) => this.#store.rang(chat, one.message_id)),
        marked: messages.some((one) => one.message_id === this.#marked),
      };
      const signature = [
        ...messages,
        item.own,
        item.first,
        item.last,
        item.waiting,
        item.rang,
        item.marked,
        ...messages.map((one) => this.#store.reactions(chat, one.message_id)),
      ];
      items.push({ key, signature, build: () => bubbleRow(item) });
    });
    for (const draft of this.#store.drafts(chat, thread)) {
      items.push({
        key: `draft-${draft.draft_id}`,
        signature: [draft],
        build: () => draftRow(draft),
      });
    }
    return items;
  }

  /** Neighbours of one `media_group_id` are one album. */
  #groups(messages) {
    const groups = [];
    for (const message of messages) {
      const group = groups.at(-1);
      const album = message.media_group_id;
      if (album !== undefined && group?.[0].media_group_id === album) group.push(message);
      else groups.push([message]);
    }
    return groups;
  }
}

function joined(a, b) {
  return a !== undefined && b !== undefined && !serviceText(a) && !serviceText(b) &&
    a.from?.id === b.from?.id && Math.abs(b.date - a.date) <= GROUP_GAP &&
    dayKey(a.date) === dayKey(b.date);
}

function same(a, b) {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function arrive(element) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  element.animate(
    [{ opacity: 0, transform: "translateY(10px)" }, { opacity: 1, transform: "none" }],
    { duration: 180, easing: "cubic-bezier(.2,.7,.3,1)" },
  );
}
