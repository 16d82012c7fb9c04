/** Light or dark: as the system says, until the person chooses; the choice is kept. */
import { icon } from "./icons.js";

const KEY = "ductor-demo-theme";

export function setUpTheme(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // Storage can be switched off; then the choice lasts until the reload.
    }
  };
  let now = chosen();
  const isDark = () => now === "dark" || (now !== "light" && system.matches);
  const show = () => {
    const dark = isDark();
    // Without a choice the style sheet follows the system by itself.
    if (now === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    button.setAttribute("aria-label", dark ? "Switch to light colours" : "Switch to dark colours");
    button.title = button.getAttribute("aria-label");
    document.querySelector('meta[name="theme-color"]').content = dark ? "#16211f" : "#ffffff";
  };
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    // Choosing what the system says means following it again.
    now = next === (system.matches ? "dark" : "light") ? null : next;
    try {
      if (now === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, now);
    } catch { /* see above */ }
    show();
  });
  system.addEventListener("change", show);
  show();
}
