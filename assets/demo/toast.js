/** Short notes over the chat, and a picture in full size. */
import { h } from "./dom.js";

export function toast(text, root = document.getElementById("toasts")) {
  const note = h("div", { class: "toast" }, text);
  root.append(note);
  setTimeout(() => note.classList.add("leaving"), 3200);
  setTimeout(() => note.remove(), 3600);
}

/** A picture as large as the window. */
export function lightbox(url, alt) {
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": alt },
    h("img", { src: url, alt }),
    h(
      "div",
      { class: "lightbox-bar" },
      h("a", { href: `${url}?download`, download: "" }, "Download"),
      h("button", { type: "button", on: { click: () => dialog.close() } }, "Close"),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.tagName === "IMG") dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
