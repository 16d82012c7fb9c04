/** Chats and topics; only there when there is more than one place to be. */
import { h, morphChildren } from "./dom.js";
import { icon } from "./icons.js";
import { clockTime } from "./dates.js";
import { shorten, summary } from "./bubble.js";
import { placeKey } from "./store.js";

/** All places of the store, as `{ chat, thread, title, bot, topic, within }`. */
export function places(store) {
  return [...store.chats.values()].flatMap((chat) => {
    const title = chat.type === "private" ? store.bot?.first_name ?? "Bot" : chat.title ?? "Group";
    const topics = store.topics.get(chat.id) ?? [];
    const bot = chat.type === "private";
    if (topics.length === 0) return [{ chat: chat.id, title, bot }];
    return [
      { chat: chat.id, title, bot, general: true },
      ...topics.map((topic) => ({
        chat: chat.id,
        thread: topic.thread_id,
        title: topic.name,
        topic,
        within: title,
      })),
    ];
  });
}

/** A round picture: of the bot, of a topic, or the first letter of a group. */
export function avatar(place, classes) {
  if (place.topic) {
    return h("span", { class: `${classes} hue-${place.topic.thread_id % 5}` }, icon("topic"));
  }
  if (place.bot) return h("span", { class: classes }, h("img", { src: "avatar.svg", alt: "" }));
  return h(
    "span",
    { class: `${classes} hue-${Math.abs(place.chat) % 5}` },
    place.title.slice(0, 1).toUpperCase(),
  );
}

export function renderSidebar(list, store, current) {
  morphChildren(
    list,
    places(store).map((place) => {
      const key = placeKey(place.chat, place.thread);
      const last = store.messages(place.chat, place.thread).at(-1);
      const unread = store.unread.get(key) ?? 0;
      const active = key === placeKey(current.chat, current.thread);
      return h(
        "button",
        {
          class: `place${active ? " active" : ""}${place.topic ? " within" : ""}`,
          type: "button",
          "aria-current": active ? "true" : null,
          data: { key, chat: place.chat, thread: place.thread },
        },
        avatar(place, "avatar small"),
        h(
          "span",
          { class: "place-text" },
          h(
            "span",
            { class: "place-top" },
            h("b", null, place.general ? `${place.title} · General` : place.title),
            last ? h("time", null, clockTime(last.date)) : null,
          ),
          h(
            "span",
            { class: "place-bottom" },
            h("span", null, last ? shorten(summary(last), 60) : "No messages yet"),
            unread > 0 ? h("span", { class: "badge-count" }, String(unread)) : null,
          ),
        ),
      );
    }),
  );
}
