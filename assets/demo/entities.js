/**
 * Message text with entities (offsets in UTF-16 units, as JavaScript counts) → DOM nodes.
 * Tappable things carry `data-act`; the timeline listens for them in one place.
 */
import { h } from "./dom.js";
import { icon } from "./icons.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** @returns {Node[]} */
export function richText(text, entities = []) {
  const sorted = entities
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  return range(text, 0, text.length, sorted);
}

function range(text, start, end, entities) {
  const nodes = [];
  let at = start;
  let afterBlock = false;
  const plain = (from, to, beforeBlock) => {
    let piece = text.slice(from, to);
    // A block breaks the line by itself: the line break beside it would show as an empty line.
    if (afterBlock && piece.startsWith("\n")) piece = piece.slice(1);
    if (beforeBlock && piece.endsWith("\n")) piece = piece.slice(0, -1);
    if (piece) nodes.push(document.createTextNode(piece));
  };
  const queue = [...entities];
  while (queue.length > 0) {
    const entity = queue.shift();
    if (entity.offset < at || entity.offset >= end) continue;
    const stop = Math.min(entity.end, end);
    const inner = [];
    const rest = [];
    for (const other of queue) {
      if (other.offset >= stop) rest.push(other);
      else if (other.end <= stop) inner.push(other);
      else {
        // Crossing entities are cut where they cross.
        inner.push({ ...other, end: stop });
        rest.push({ ...other, offset: stop });
      }
    }
    rest.sort((a, b) => a.offset - b.offset || b.end - a.end);
    queue.splice(0, queue.length, ...rest);
    const block = BLOCKS.has(entity.type);
    plain(at, entity.offset, block);
    nodes.push(
      element(
        entity,
        text.slice(entity.offset, stop),
        () => range(text, entity.offset, stop, inner),
      ),
    );
    at = stop;
    afterBlock = block;
  }
  plain(at, end, false);
  return nodes;
}

function element(entity, raw, children) {
  switch (entity.type) {
    case "bold":
      return h("strong", null, children());
    case "italic":
      return h("em", null, children());
    case "underline":
      return h("u", null, children());
    case "strikethrough":
      return h("s", null, children());
    case "code":
      return h("code", { class: "code", data: { act: "copy-code" }, title: "Copy" }, children());
    case "pre":
      return codeBlock(raw, entity.language);
    case "spoiler":
      return h("span", {
        class: "spoiler",
        role: "button",
        tabindex: "0",
        "aria-label": "Hidden text, press to show",
        data: { act: "open" },
      }, h("span", { class: "spoiler-text" }, children()));
    case "blockquote":
      return h("blockquote", { class: "quote" }, children());
    case "expandable_blockquote":
      return h(
        "blockquote",
        { class: "quote expandable" },
        h("div", { class: "quote-body" }, children()),
        h("button", {
          class: "quote-toggle",
          type: "button",
          "aria-label": "Show or hide the whole quote",
          "aria-expanded": "false",
          data: { act: "expand" },
        }, icon("down")),
      );
    case "bot_command":
      return h("button", {
        class: "inline-link",
        type: "button",
        data: { act: "command", text: raw },
      }, children());
    case "text_link":
      return link(entity.url, children());
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `https://${raw}`, children());
    case "email":
      return link(`mailto:${raw}`, children());
    case "mention":
      return h("span", { class: "mention" }, children());
    default:
      return h("span", null, children());
  }
}

/** A link that cannot reach back into this page; other schemes than these stay plain text. */
function link(address, children) {
  const allowed = /^(https?|mailto|tg):/i.test(address ?? "");
  if (!allowed) return h("span", { class: "mention", title: address }, children);
  return h("a", {
    href: address,
    target: "_blank",
    rel: "noopener noreferrer",
    title: address,
  }, children);
}

function codeBlock(code, language) {
  return h(
    "div",
    { class: "codeblock" },
    h(
      "div",
      { class: "codeblock-head" },
      language ? h("span", { class: "codeblock-language" }, language) : h("span"),
      h("button", {
        class: "codeblock-copy",
        type: "button",
        "aria-label": "Copy code",
        data: { act: "copy-block" },
      }, icon("copy")),
    ),
    h(
      "pre",
      { tabindex: "0", "aria-label": language ? `${language} code` : "Code" },
      h("code", null, code.replace(/\n$/, "")),
    ),
  );
}
