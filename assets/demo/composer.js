/** Writing: text, files, replies, corrections, and the command list. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fileSize } from "./dates.js";
import { shorten, summary } from "./bubble.js";
import { CommandMenu } from "./command_menu.js";

const TALLEST = 220;
const MOST_FILES = 10;

/**
 * Says `send` ({text, reply}), `files` ({files, text, reply, plain}), `edit` ({message, text}),
 * `last` (arrow up in the empty field). The owner takes it and, when that fails, restores it.
 */
export class Composer extends EventTarget {
  #form;
  #field;
  #tray;
  #context;
  #files = [];
  #plain = false;
  #reply;
  #editing;
  #menu;

  constructor(form, commands) {
    super();
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#tray = form.querySelector(".tray");
    this.#context = form.querySelector(".context");
    const [box, button] = [form.querySelector(".commands"), form.querySelector(".slash")];
    this.#menu = new CommandMenu(box, this.#field, button, commands, (text) => {
      this.#field.value = text;
      this.#grow();
      if (!text.endsWith(" ")) this.#submit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("input", () => {
      this.#grow();
      this.#menu.typed();
    });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.add(files);
    });
    const picker = form.querySelector("input[type=file]");
    form.querySelector(".attach").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.add([...picker.files]);
      picker.value = "";
    });
    this.#grow();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  add(files) {
    this.#files = [...this.#files, ...files].slice(0, MOST_FILES);
    this.#showTray();
    this.focus();
  }

  replyTo(message) {
    this.#editing = undefined;
    this.#reply = message;
    this.#showContext();
    this.focus();
  }

  edit(message) {
    this.#fill({ text: message.text ?? "", files: [], editing: message });
    this.focus();
  }

  /** Empties it at once, so that one can write on; gives what was in it, for `restore`. */
  take() {
    const taken = {
      text: this.#field.value,
      files: this.#files,
      reply: this.#reply,
      editing: this.#editing,
    };
    this.#fill({ text: "", files: [] });
    this.#menu.close();
    return taken;
  }

  /** Puts back what could not be sent, before what has been written since. */
  restore(taken) {
    const text = [taken.text, this.#field.value].filter(Boolean).join("\n");
    this.#fill({ ...taken, text, files: [...taken.files, ...this.#files] });
  }

  #fill({ text, files, reply, editing }) {
    this.#field.value = text;
    this.#files = files;
    this.#reply = reply;
    this.#editing = editing;
    this.#grow();
    this.#showTray();
    this.#showContext();
  }

  #submit() {
    const text = this.#field.value.trim();
    const reply = this.#reply?.message_id;
    if (this.#editing) {
      if (text) this.#say("edit", { message: this.#editing, text });
    } else if (this.#files.length > 0) {
      this.#say("files", { files: this.#files, text, reply, plain: this.#plain });
    } else if (text) this.#say("send", { text, reply });
    this.#menu.close();
  }

  #key(event) {
    if (this.#menu.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && (this.#reply || this.#editing || this.#files.length > 0)) {
      this.#fill({ text: this.#editing ? "" : this.#field.value, files: [] });
    } else if (event.key === "ArrowUp" && this.#field.value === "" && !this.#editing) {
      event.preventDefault();
      this.#say("last");
    }
  }

  #grow() {
    this.#field.style.height = "auto";
    const height = Math.min(this.#field.scrollHeight, TALLEST);
    this.#field.style.height = `${height}px`;
    this.#field.style.overflowY = this.#field.scrollHeight > TALLEST ? "auto" : "hidden";
    this.#ready();
  }

  #ready() {
    const ready = this.#field.value.trim() !== "" || this.#files.length > 0;
    this.#form.classList.toggle("ready", ready);
  }

  #showTray() {
    this.#tray.hidden = this.#files.length === 0;
    for (const image of this.#tray.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.#tray.replaceChildren(
      ...this.#files.map((file, index) =>
        h(
          "div",
          { class: "tray-item" },
          file.type.startsWith("image/")
            ? h("img", { src: URL.createObjectURL(file), alt: "" })
            : h("span", { class: "tray-file" }, icon("file")),
          h(
            "span",
            { class: "tray-name" },
            file.name || "picture",
            h("small", null, fileSize(file.size)),
          ),
          h("button", {
            type: "button",
            "aria-label": `Remove ${file.name}`,
            on: {
              click: () => {
                this.#files = this.#files.filter((_, other) => other !== index);
                this.#showTray();
                this.focus();
              },
            },
          }, icon("close")),
        )
      ),
    );
    if (this.#files.some((file) => /^(image|video)\//.test(file.type))) {
      const box = h("input", { type: "checkbox" });
      box.checked = this.#plain;
      box.addEventListener("change", () => this.#plain = box.checked);
      this.#tray.append(h("label", { class: "tray-plain" }, box, "Send as files"));
    }
    this.#ready();
  }

  #showContext() {
    const message = this.#editing ?? this.#reply;
    this.#context.hidden = !message;
    if (!message) return this.#context.replaceChildren();
    this.#context.replaceChildren(
      icon(this.#editing ? "edit" : "reply"),
      h(
        "div",
        { class: "context-text" },
        h(
          "b",
          null,
          this.#editing ? "Edit message" : `Reply to ${message.from?.first_name ?? "message"}`,
        ),
        h("span", null, shorten(summary(message), 100)),
      ),
      h("button", {
        type: "button",
        "aria-label": "Cancel",
        on: {
          click: () => {
            const text = this.#editing ? "" : this.#field.value;
            this.#fill({ text, files: this.#files });
            this.focus();
          },
        },
      }, icon("close")),
    );
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
