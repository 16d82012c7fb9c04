/** The bot's commands over the composer: opened by its button, or by typing `/`. */
import { h } from "./dom.js";

export class CommandMenu {
  #box;
  #field;
  #button;
  #commands;
  #choose;
  #shown = [];
  #at = 0;

  /**
   * @param commands gives the commands of the chat that is open
   * @param choose takes the text: a whole command to send, or one with a space to go on typing
   */
  constructor(box, field, button, commands, choose) {
    this.#box = box;
    this.#field = field;
    this.#button = button;
    this.#commands = commands;
    this.#choose = choose;
    button.addEventListener("click", () => this.#toggle());
    // Before the field loses the focus to the list.
    box.addEventListener("pointerdown", (event) => event.preventDefault());
    box.addEventListener("click", (event) => {
      const option = event.target.closest("[data-index]");
      if (option) this.#take(Number(option.dataset.index), false);
    });
    document.addEventListener("pointerdown", (event) => {
      if (!box.hidden && !event.target.closest(".commands, .slash, textarea")) this.close();
    });
  }

  #toggle() {
    if (this.#box.hidden) {
      this.#show(this.#commands());
      this.#field.focus({ preventScroll: true });
    } else this.close();
  }

  close() {
    this.#box.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-activedescendant");
  }

  /** The text of the field changed. */
  typed() {
    const word = /^\/(\w*)$/.exec(this.#field.value)?.[1]?.toLowerCase();
    if (word === undefined) return this.close();
    this.#show(this.#commands().filter(({ command }) => command.startsWith(word)));
  }

  /** Returns whether the key was for the list. */
  key(event) {
    if (this.#box.hidden || event.isComposing) return false;
    const last = this.#shown.length - 1;
    if (event.key === "ArrowDown") this.#move(this.#at >= last ? 0 : this.#at + 1);
    else if (event.key === "ArrowUp") this.#move(this.#at <= 0 ? last : this.#at - 1);
    else if (event.key === "Enter" && !event.shiftKey) this.#take(this.#at, false);
    else if (event.key === "Tab") this.#take(this.#at, true);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  #show(commands) {
    this.#shown = commands;
    if (commands.length === 0) return this.close();
    this.#box.replaceChildren(
      ...commands.map(({ command, description }, index) =>
        h(
          "div",
          { class: "command", role: "option", id: `command-${index}`, data: { index } },
          h("b", null, `/${command}`),
          h("span", null, description),
        )
      ),
    );
    this.#box.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.#move(0);
  }

  #move(index) {
    this.#at = index;
    [...this.#box.children].forEach((option, other) => {
      option.setAttribute("aria-selected", other === index ? "true" : "false");
    });
    this.#field.setAttribute("aria-activedescendant", `command-${index}`);
    this.#box.children[index]?.scrollIntoView({ block: "nearest" });
  }

  #take(index, goOn) {
    const chosen = this.#shown[index];
    if (!chosen) return;
    this.close();
    this.#choose(goOn ? `/${chosen.command} ` : `/${chosen.command}`);
    this.#field.focus({ preventScroll: true });
  }
}
