/** What one can do with a message: react, reply, copy, edit, delete. */
import { h } from "./dom.js";
import { icon } from "./icons.js";

const REACTIONS = ["👍", "❤", "🔥", "🎉", "😁", "🤔", "👎"];

/**
 * Opens beside a point.
 * @param actions `[{ name, icon, run, danger? }]`
 * @param react called with an emoji; undefined leaves the reactions out
 */
export function openMessageMenu({ x, y, opener, actions, react }) {
  document.querySelector(".menu")?.remove();
  const menu = h("div", { class: "menu", role: "menu" });
  const leave = new AbortController();
  const close = (refocus = true) => {
    if (leave.signal.aborted) return;
    leave.abort();
    menu.remove();
    if (refocus) opener?.focus({ preventScroll: true });
  };
  if (react) {
    menu.append(h(
      "div",
      { class: "menu-reactions" },
      REACTIONS.map((emoji) =>
        h("button", {
          type: "button",
          role: "menuitem",
          "aria-label": `React with ${emoji}`,
          on: {
            click: () => {
              close();
              react(emoji);
            },
          },
        }, emoji)
      ),
    ));
  }
  for (const action of actions) {
    menu.append(h(
      "button",
      {
        class: action.danger ? "menu-item danger" : "menu-item",
        type: "button",
        role: "menuitem",
        on: {
          click: () => {
            close(false);
            action.run();
          },
        },
      },
      icon(action.icon),
      action.name,
    ));
  }
  document.body.append(menu);
  const { offsetWidth: width, offsetHeight: height } = menu;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, y + height + 8 > innerHeight ? y - height : y)}px`;
  const items = [...menu.querySelectorAll("button")];
  menu.querySelector(".menu-item")?.focus({ preventScroll: true });
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    if (["ArrowDown", "ArrowRight"].includes(event.key)) items[(at + 1) % items.length].focus();
    else if (["ArrowUp", "ArrowLeft"].includes(event.key)) items.at(at - 1).focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const { signal } = leave;
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) close(false);
  }, { signal, capture: true });
  // Not on every scroll: an answer that grows scrolls the chat by itself.
  for (const type of ["wheel", "touchmove"]) {
    document.addEventListener(type, () => close(false), { signal, passive: true });
  }
  addEventListener("resize", () => close(false), { signal });
}
