/** Pictures, albums, files and everything else in a message that is not text. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fileSize } from "./dates.js";

/** Where the bridge serves a file; relative, because the address holds the page's secret. */
export const fileUrl = (id) => `file/${encodeURIComponent(id)}`;

const LARGEST = 340;

/** The visual of a message (photo, video, animation), or undefined. */
export function visualOf(message) {
  if (message.photo?.length) {
    const best = message.photo.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
    return { kind: "photo", file: best };
  }
  if (message.animation) return { kind: "animation", file: message.animation };
  if (message.video) return { kind: "video", file: message.video };
  return undefined;
}

/** Nodes for the media of one message; empty when it has none. */
export function mediaNodes(message) {
  const visual = visualOf(message);
  if (visual) return [visualNode(message, visual, true)];
  if (message.document) return [documentNode(message.document)];
  if (message.voice) return [soundNode(message.voice)];
  if (message.audio) {
    const { performer, title, file_name } = message.audio;
    return [soundNode(message.audio, [performer, title].filter(Boolean).join(" – ") || file_name)];
  }
  return [];
}

/** One to ten pictures as a grid without gaps at the edges. */
export function albumNode(messages) {
  return h(
    "div",
    { class: "album", data: { count: messages.length } },
    messages.map((message) => visualNode(message, visualOf(message), false)),
  );
}

function visualNode(message, { kind, file }, alone) {
  const width = file.width || 320;
  const height = file.height || 240;
  const scale = Math.min(1, LARGEST / width, LARGEST * 1.15 / height);
  // Small pictures are shown a little larger, as a thumbnail of 40 px would be hard to hit.
  const shown = Math.max(120, Math.round(width * scale));
  const url = fileUrl(file.file_id);
  const frame = {
    class: `visual visual-${kind}`,
    data: { key: `file-${file.file_unique_id ?? file.file_id}`, id: message.message_id },
    style: alone ? { "--width": `${shown}px`, "--ratio": `${width} / ${height}` } : {},
  };
  if (kind === "photo" || /gif$/.test(file.mime_type ?? "")) {
    return h(
      "div",
      frame,
      h(
        "button",
        {
          class: "visual-open",
          type: "button",
          "aria-label": "Open picture",
          data: { act: "picture", url },
        },
        h("img", {
          src: url,
          alt: message.caption || "Picture",
          loading: "lazy",
          draggable: "false",
        }),
      ),
    );
  }
  const still = kind === "animation" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const video = h("video", {
    src: url,
    playsinline: true,
    preload: "metadata",
    controls: kind === "video" || !still,
    loop: kind === "animation",
    autoplay: still,
  });
  // Only the property mutes reliably when an element is made by script.
  if (kind === "animation") video.muted = true;
  return h(
    "div",
    frame,
    video,
    kind === "animation" ? h("span", { class: "badge" }, "GIF") : null,
  );
}

function documentNode(file) {
  const name = file.file_name ?? "file";
  const extension = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? "";
  return h(
    "a",
    {
      class: "document",
      href: `${fileUrl(file.file_id)}?download`,
      download: name,
      data: { key: `file-${file.file_unique_id ?? file.file_id}` },
      "aria-label": `Download ${name}, ${fileSize(file.file_size)}`,
    },
    h(
      "span",
      { class: "document-icon" },
      icon(extension ? "file" : "download"),
      h("span", null, extension),
    ),
    h(
      "span",
      { class: "document-text" },
      h("span", { class: "document-name" }, name),
      h("span", { class: "document-size" }, fileSize(file.file_size)),
    ),
  );
}

function soundNode(file, title) {
  return h(
    "div",
    { class: "sound", data: { key: `file-${file.file_unique_id ?? file.file_id}` } },
    title ? h("div", { class: "document-name" }, title) : null,
    h("audio", { src: fileUrl(file.file_id), controls: true, preload: "none" }),
  );
}
