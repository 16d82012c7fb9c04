/** Chats and topics; only there when there is more than one place to be. */
import { h, morphChildren } from "./dom.js";
import { icon } from "./icons.js";
import { clockTime } from "./dates.js";
import { shorten, summary } from "./bubble.js";
import { placeKey } from "./store.js";

/** All places of the store, as `{ chat, thread, title, topic }`. */
export function places(store) {
  return [...store.chats.values()].flatMap((chat) => {
    const title = chat.type === "private" ? store.bot?.first_name ?? "Bot" : chat.title ?? "Group";
    const topics = store.topics.get(chat.id) ?? [];
    if (topics.length === 0) return [{ chat: chat.id, title }];
    return [
      { chat: chat.id, title, general: true },
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

export function renderSidebar(list, store, current) {
  morphChildren(
    list,
    places(store).map((place) => {
      const key = placeKey(place.chat, place.thread);
      const last = store.messages(place.chat, place.thread).at(-1);
      const unread = store.unread.get(key) ?? 0;
      const active = key === placeKey(current.chat, current.thread);
      const private_ = store.chats.get(place.chat)?.type === "private";
      return h(
        "button",
        {
          class: `place${active ? " active" : ""}${place.topic ? " within" : ""}`,
          type: "button",
          "aria-current": active ? "true" : null,
          data: { key, chat: place.chat, thread: place.thread },
        },
        place.topic
          ? h("span", { class: `avatar small hue-${place.topic.thread_id % 5}` }, icon("topic"))
          : private_
          ? h("span", { class: "avatar small bot" }, h("img", { src: "avatar.svg", alt: "" }))
          : h(
            "span",
            { class: `avatar small hue-${Math.abs(place.chat) % 5}` },
            place.title.slice(0, 1).toUpperCase(),
          ),
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
