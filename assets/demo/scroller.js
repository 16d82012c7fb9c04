/**
 * Where the reader is. At the bottom, it stays at the bottom while messages come and grow; anywhere
 * else, nothing moves, and a button says how many messages wait below.
 */
export class Scroller {
  #view;
  #button;
  #count;
  #stuck = true;
  #last = 0;
  #unread = 0;
  onBottom = () => {};

  constructor(view, content, button) {
    this.#view = view;
    this.#button = button;
    this.#count = button.querySelector(".count");
    view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.toBottom());
    // Pictures that load, a composer that grows, a window that turns: all change the height.
    const watch = new ResizeObserver(() => this.settle());
    watch.observe(view);
    watch.observe(content);
  }

  get atBottom() {
    return this.#stuck;
  }

  /** After content changed: keep to the bottom if that is where the reader was. */
  settle() {
    if (this.#stuck) this.#view.scrollTop = this.#view.scrollHeight;
    this.#show();
  }

  toBottom() {
    this.#stuck = true;
    this.settle();
  }

  /** Shows a row in the middle and stops following the end. */
  toRow(row) {
    this.#stuck = false;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  }

  arrived() {
    if (!this.#stuck) this.#unread++;
    this.#show();
  }

  #distance() {
    return this.#view.scrollHeight - this.#view.scrollTop - this.#view.clientHeight;
  }

  #scrolled() {
    const distance = this.#distance();
    const up = this.#view.scrollTop < this.#last - 1;
    this.#last = this.#view.scrollTop;
    this.#stuck = distance < (up ? 4 : 40);
    this.#show();
  }

  #show() {
    if (this.#stuck) this.#unread = 0;
    this.#button.classList.toggle("shown", !this.#stuck && this.#distance() > 80);
    this.#button.tabIndex = this.#stuck ? -1 : 0;
    this.#count.textContent = this.#unread > 0 ? String(this.#unread) : "";
    this.#button.setAttribute(
      "aria-label",
      this.#unread > 0 ? `Jump to the end, ${this.#unread} new` : "Jump to the end",
    );
    if (this.#stuck) this.onBottom();
  }
}
