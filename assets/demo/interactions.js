/** Everything one can press in the timeline, and files that are dragged over the chat. */
import { lightbox, toast } from "./toast.js";
import { openMessageMenu } from "./message_menu.js";

/** The bot may take this long to answer a press before the button is free again; as in Telegram. */
const ANSWER_WAIT = 15_000;

export class Interactions {
  #on;

  /** @param parts `{ store, timeline, scroller, composer, run, current, redraw }` */
  constructor(parts) {
    this.#on = parts;
    const list = document.getElementById("list");
    list.addEventListener("click", (event) => {
      const target = event.target.closest("[data-act]");
      if (target && list.contains(target)) this.#act(target, this.#messageOf(target), event);
    });
    list.addEventListener("keydown", (event) => {
      const target = event.target.closest?.(".spoiler");
      if (target && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        target.dataset.open = "";
      }
    });
    list.addEventListener("contextmenu", (event) => {
      const bubble = event.target.closest(".bubble");
      // Text that is marked, links and players keep the browser's own menu.
      if (!bubble || event.target.closest("a, video, audio") || String(getSelection())) return;
      event.preventDefault();
      this.#menu(this.#messageOf(bubble), event.clientX, event.clientY);
    });
    parts.store.addEventListener("answer", ({ detail }) => this.#answered(detail));
    this.#dropZone();
    document.addEventListener("keydown", (event) => {
      // Typing anywhere writes, as in Telegram; keys that belong to something else are left alone.
      if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
      if (
        event.target.closest("input, textarea, button, a, dialog, [tabindex='0'], .menu") ||
        event.key === " "
      ) return;
      parts.composer.focus();
    });
  }

  #messageOf(target) {
    const id = Number(
      target.closest(".visual[data-id]")?.dataset.id ?? target.closest(".row")?.dataset.id,
    );
    return this.#on.store.message(this.#on.current.chat, id);
  }

  #act(target, message, event) {
    const { act } = target.dataset;
    const { run } = this.#on;
    if (act === "key") this.#press(target, message);
    else if (act === "key-copy") copy(this.#button(target, message)?.copy_text.text, "Copied");
    else if (act === "command") run("send", { text: target.dataset.text });
    else if (act === "open") target.dataset.open = "";
    else if (act === "expand") this.#expand(target);
    else if (act === "picture") lightbox(target.dataset.url, message?.caption ?? "Picture");
    else if (act === "react") this.#react(message, target.dataset.emoji);
    else if (act === "copy-code") {
      // Who marks a part of it wants that part.
      if (!String(getSelection())) copy(target.textContent, "Copied");
    } else if (act === "copy-block") {
      copy(target.closest(".codeblock").querySelector("pre").textContent, "Code copied");
    } else if (act === "jump") {
      this.jump(Number(target.dataset.to));
    } else if (act === "more") {
      const box = target.getBoundingClientRect();
      event.stopPropagation();
      this.#menu(message, box.left, box.bottom + 4, target);
    }
  }

  /** Shows a message and lights it for a moment. */
  jump(id) {
    const { timeline, scroller, redraw } = this.#on;
    const row = timeline.row(id);
    if (!row) return toast("This message is not here any more.");
    timeline.mark(id);
    redraw();
    scroller.toRow(row);
    setTimeout(() => {
      timeline.mark(undefined);
      redraw();
    }, 1600);
  }

  #button(target, message) {
    const { y, x } = target.dataset;
    return message?.reply_markup?.inline_keyboard?.[Number(y)]?.[Number(x)];
  }

  async #press(target, message) {
    const button = this.#button(target, message);
    const { timeline, redraw, run } = this.#on;
    if (!button || target.getAttribute("aria-busy") === "true") return;
    timeline.wait(message.message_id, button.callback_data);
    redraw();
    setTimeout(() => {
      timeline.wait(message.message_id, undefined);
      redraw();
    }, ANSWER_WAIT);
    const sent = await run("press", { message_id: message.message_id, data: button.callback_data });
    if (!sent) {
      timeline.wait(message.message_id, undefined);
      redraw();
    }
  }

  #answered(answer) {
    if (answer.user_id !== this.#on.store.user?.id) return;
    this.#on.timeline.wait(answer.message_id, undefined);
    if (answer.text) toast(answer.text);
  }

  #expand(target) {
    const quote = target.closest(".quote");
    const opened = quote.dataset.open === undefined;
    if (opened) quote.dataset.open = "";
    else delete quote.dataset.open;
    target.setAttribute("aria-expanded", String(opened));
  }

  #react(message, emoji) {
    const { run, store, current } = this.#on;
    const given = store.reactions(current.chat, message.message_id)
      .some((one) => one.own && one.emoji === emoji);
    run("react", { message_id: message.message_id, emoji: given ? null : emoji });
  }

  #menu(message, x, y, opener) {
    if (!message) return;
    const { run, store, composer } = this.#on;
    const own = message.from?.id === store.user?.id;
    const text = message.text ?? message.caption;
    openMessageMenu({
      x,
      y,
      opener,
      react: (emoji) => this.#react(message, emoji),
      actions: [
        { name: "Reply", icon: "reply", run: () => composer.replyTo(message) },
        text && { name: "Copy text", icon: "copy", run: () => copy(text, "Copied") },
        own && message.text && { name: "Edit", icon: "edit", run: () => composer.edit(message) },
        {
          name: "Delete",
          icon: "trash",
          danger: true,
          run: () => run("delete", { message_ids: [message.message_id] }),
        },
      ].filter(Boolean),
    });
  }

  #dropZone() {
    const chat = document.getElementById("chat");
    const zone = document.getElementById("drop");
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    let depth = 0;
    const show = () => zone.classList.toggle("shown", depth > 0);
    chat.addEventListener("dragenter", (event) => {
      if (!files(event)) return;
      depth++;
      show();
    });
    chat.addEventListener("dragleave", (event) => {
      if (!files(event)) return;
      depth = Math.max(0, depth - 1);
      show();
    });
    // Everywhere: a file dropped beside the chat would replace the page.
    addEventListener("dragover", (event) => files(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      show();
      if (chat.contains(event.target)) this.#on.composer.add([...event.dataTransfer.files]);
    });
  }
}

/** Copies text and says whether that worked. */
async function copy(text, note) {
  try {
    await navigator.clipboard.writeText(text ?? "");
    toast(note);
  } catch {
    toast("The browser did not allow copying.");
  }
}
