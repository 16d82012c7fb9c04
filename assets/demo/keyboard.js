/** The inline keyboard under a bubble, in the rows the bot asked for. */
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @param waiting callback data of the button that was pressed and is not answered yet */
export function keyboardNode(markup, waiting) {
  const rows = markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h(
    "div",
    { class: "keyboard", data: { key: "keyboard" } },
    rows.map((row, y) =>
      h("div", { class: "keyboard-row" }, row.map((button, x) => buttonNode(button, y, x, waiting)))
    ),
  );
}

function buttonNode(button, y, x, waiting) {
  const label = h("span", { class: "key-label" }, button.text);
  const style = ["primary", "success", "danger"].includes(button.style)
    ? ` key-${button.style}`
    : "";
  if (button.url && /^(https?|tg):/i.test(button.url)) {
    return h(
      "a",
      {
        class: `key${style}`,
        href: button.url,
        target: "_blank",
        rel: "noopener noreferrer",
        title: button.url,
      },
      label,
      icon("link", { class: "icon key-corner" }),
    );
  }
  const copies = button.copy_text !== undefined;
  const busy = button.callback_data !== undefined && waiting === button.callback_data;
  return h(
    "button",
    {
      class: `key${style}`,
      type: "button",
      disabled: button.disabled === true || (!copies && button.callback_data === undefined),
      "aria-busy": busy ? "true" : null,
      data: { act: copies ? "key-copy" : "key", y, x },
    },
    label,
    busy ? h("span", { class: "spinner key-corner" }) : null,
    copies ? icon("copy", { class: "icon key-corner" }) : null,
  );
}
