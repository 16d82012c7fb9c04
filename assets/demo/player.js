/** A player for voice and music: one button, a bar to seek in, the time. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { duration } from "./dates.js";

class SoundPlayer extends HTMLElement {
  #audio;

  connectedCallback() {
    if (this.#audio) return;
    const audio = new Audio();
    this.#audio = audio;
    audio.preload = "none";
    audio.src = this.getAttribute("src");
    const length = Number(this.getAttribute("duration")) || 0;
    const button = h(
      "button",
      { class: "player-button", type: "button", "aria-label": "Play" },
      icon("play"),
    );
    const bar = h("input", {
      class: "player-bar",
      type: "range",
      min: "0",
      max: "1000",
      value: "0",
      "aria-label": "Position",
    });
    const clock = h("span", { class: "player-time" }, duration(length));
    const total = () => Number.isFinite(audio.duration) ? audio.duration : length;
    const show = () => {
      const part = total() > 0 ? audio.currentTime / total() : 0;
      bar.value = String(Math.round(part * 1000));
      bar.style.setProperty("--part", `${part * 100}%`);
      clock.textContent = audio.currentTime > 0
        ? `${duration(audio.currentTime)} / ${duration(total())}`
        : duration(total());
      button.replaceChildren(icon(audio.paused ? "play" : "pause"));
      button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    };
    button.addEventListener("click", () => {
      if (!audio.paused) return audio.pause();
      for (const other of document.querySelectorAll("sound-player")) other.stop();
      audio.play().catch(() => clock.textContent = "cannot be played");
    });
    bar.addEventListener("input", () => {
      if (total() > 0) audio.currentTime = Number(bar.value) / 1000 * total();
      show();
    });
    for (const type of ["play", "pause", "timeupdate", "loadedmetadata", "ended"]) {
      audio.addEventListener(type, show);
    }
    const title = this.getAttribute("title-text");
    this.append(
      button,
      h(
        "div",
        { class: "player-body" },
        title ? h("div", { class: "player-title" }, title) : null,
        bar,
        clock,
      ),
    );
  }

  stop() {
    this.#audio?.pause();
  }

  disconnectedCallback() {
    this.stop();
  }
}

customElements.define("sound-player", SoundPlayer);
