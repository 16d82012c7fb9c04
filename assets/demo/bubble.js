/** One row of the timeline: a message (or album) as a bubble, a draft, a service line, a day. */
import { h, svg } from "./dom.js";
import { icon } from "./icons.js";
import { clockTime, dayName, duration, fullTime } from "./dates.js";
import { albumNode, mediaNodes, visualOf } from "./media.js";
import { keyboardNode } from "./keyboard.js";
import { richText } from "./entities.js";

/** The line for an event in the chat, or undefined for a message somebody wrote. */
export function serviceText(message) {
  if (message.new_chat_members) {
    return `${message.new_chat_members.map((user) => user.first_name).join(", ")} joined the group`;
  }
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) {
    return "The group was upgraded to a supergroup";
  }
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}” was created`;
  return undefined;
}

/** A message in a few words: for quotes, the chat list and the screen reader. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text;
  if (message.photo) return "Photo";
  if (message.animation) return "GIF";
  if (message.video) return "Video";
  if (message.voice) return `Voice message, ${duration(message.voice.duration)}`;
  if (message.audio) return message.audio.title ?? message.audio.file_name ?? "Audio";
  if (message.document) return message.document.file_name ?? "File";
  return serviceText(message) ?? "Message";
}

export function shorten(text, length) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

export function dayRow(seconds) {
  return h("div", { class: "day" }, h("span", null, dayName(seconds)));
}

export function serviceRow(message) {
  return h(
    "div",
    { class: "service", data: { id: message.message_id } },
    h("span", null, serviceText(message)),
  );
}

/**
 * @param {object} item `messages` (more than one: an album), `own`, `first` and `last` of its group,
 *   `named` (groups show who speaks), `rang` (it made a sound), `reactions`, `waiting` (callback data under way)
 */
export function bubbleRow(item) {
  const { messages, own, first, last, named, rang, reactions, waiting } = item;
  const main = messages.find((message) => message.caption) ?? messages[0];
  const text = main.text ?? main.caption ?? "";
  const entities = main.entities ?? main.caption_entities ?? [];
  const visual = visualOf(messages[0]);
  const media = messages.length > 1 && visual
    ? [albumNode(messages)]
    : messages.flatMap((message) => mediaNodes(message));
  const reacted = reactions.length > 0;
  // Where there is no text for the time to stand beside, it lies over the picture or in the corner.
  const alone = !text && !reacted;
  const meta = metaNode(main, own, rang, alone ? `meta ${visual ? "over" : "corner"}` : "meta");
  const classes = [
    "row",
    own ? "own" : "theirs",
    first && "first",
    last && "last",
    item.marked && "marked",
  ].filter(Boolean).join(" ");
  const bubble = h(
    "div",
    {
      class: `bubble${visual ? " with-visual" : ""}${visual && alone ? " only-visual" : ""}`,
    },
    last ? tail() : null,
    named && first && !own ? h("div", { class: "name" }, main.from?.first_name ?? "") : null,
    replyNode(main),
    media,
    alone ? meta : h(
      "div",
      { class: "text", dir: "auto" },
      richText(text, entities),
      reacted ? h("div", { class: "foot" }, reactionNodes(reactions), meta) : meta,
    ),
  );
  return h(
    "div",
    { class: classes, data: { id: main.message_id } },
    h(
      "div",
      { class: "stack" },
      h("div", { class: "line" }, bubble, moreButton()),
      keyboardNode(main.reply_markup, waiting),
    ),
  );
}

/** A message that is being written (`sendMessageDraft`). */
export function draftRow(draft) {
  const body = draft.text
    ? richText(draft.text, draft.entities)
    : [h("span", { class: "thinking" }, "Thinking…")];
  return h(
    "div",
    { class: "row theirs first last ghost" },
    h(
      "div",
      { class: "stack" },
      h(
        "div",
        { class: "line" },
        h(
          "div",
          { class: "bubble" },
          tail(),
          h(
            "div",
            { class: "text", dir: "auto" },
            body,
            draft.text ? h("span", { class: "caret" }) : null,
          ),
        ),
      ),
    ),
  );
}

function tail() {
  return svg(["M0 0c0 7 3 13 9 16H0Z"], { viewBox: "0 0 9 16", class: "tail" });
}

function moreButton() {
  return h("button", {
    class: "more",
    type: "button",
    "aria-label": "Message actions",
    "aria-haspopup": "menu",
    data: { act: "more" },
  }, icon("more"));
}

function metaNode(message, own, rang, className) {
  return h(
    "span",
    { class: className, title: fullTime(message.date) },
    rang ? h("span", { class: "bell", title: "Rings on a phone" }, icon("bell")) : null,
    message.edit_date ? h("span", { class: "edited" }, "edited") : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, clockTime(message.date)),
    own ? svg(["m2.5 12.5 4.5 4.5L16.5 7", "m12 16.5.5.5L22 7"], { class: "icon ticks" }) : null,
  );
}

function replyNode(message) {
  const to = message.reply_to_message;
  if (!to || to.forum_topic_created) return null;
  const name = [to.from?.first_name, to.from?.last_name].filter(Boolean).join(" ");
  return h(
    "button",
    { class: "reply-quote", type: "button", data: { act: "jump", to: to.message_id } },
    h("b", null, name || "Message"),
    h("span", null, shorten(summary(to), 120)),
  );
}

function reactionNodes(reactions) {
  return h(
    "span",
    { class: "reactions" },
    reactions.map(({ emoji, count, own }) =>
      h(
        "button",
        {
          class: `reaction${own ? " mine" : ""}`,
          type: "button",
          "aria-pressed": own ? "true" : "false",
          "aria-label": `${emoji} ${count}`,
          data: { act: "react", emoji, key: `reaction-${emoji}` },
        },
        h("span", null, emoji),
        count > 1 ? h("span", { class: "count" }, String(count)) : null,
      )
    ),
  );
}
