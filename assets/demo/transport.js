/** The line to the bridge: events come as server-sent events, actions go as POST. */

/** The bridge says something at least every 15 s; silence longer than this means the line is dead. */
const SILENCE = 40_000;
const LONGEST_WAIT = 8_000;

export class Transport extends EventTarget {
  #source;
  #watchdog;
  #retry;
  #wait = 500;
  #stopped = false;

  constructor() {
    super();
    // A phone or laptop that wakes up should not wait for the next attempt.
    addEventListener("online", () => this.#again(0));
  }

  /** Opens the line and keeps it open. Says `event`, `up`, `down` and `gone` (another demo runs). */
  connect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    const source = new EventSource("events");
    this.#source = source;
    source.addEventListener("open", () => {
      this.#wait = 500;
      this.#alive();
    });
    source.addEventListener("message", (message) => {
      this.#alive();
      const event = JSON.parse(message.data);
      if (event.type === "snapshot") this.dispatchEvent(new Event("up"));
      this.dispatchEvent(new CustomEvent("event", { detail: event }));
    });
    source.addEventListener("ping", () => this.#alive());
    source.addEventListener("error", () => this.#lost());
    this.#alive();
  }

  #alive() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), SILENCE);
  }

  #lost() {
    clearTimeout(this.#watchdog);
    this.#source.close();
    if (this.#stopped) return;
    this.dispatchEvent(new Event("down"));
    this.#again(this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #again(wait) {
    if (this.#stopped || this.#source?.readyState === EventSource.OPEN) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(async () => {
      // An EventSource does not say why it failed; a refusal means that this address is over.
      const status = await fetch("alive").then((answer) => answer.status, () => 0);
      if (status === 403 || status === 404) {
        this.#stopped = true;
        this.dispatchEvent(new Event("gone"));
      } else this.connect();
    }, wait);
  }

  /** Sends an action with a JSON body; resolves with the answer, rejects with words for the user. */
  async act(name, body = {}) {
    return await this.#post(name, JSON.stringify(body), { "content-type": "application/json" });
  }

  /** Sends files with a caption; they become one message, or an album. */
  async upload(files, fields) {
    const form = new FormData();
    form.set("options", JSON.stringify(fields));
    for (const file of files) form.append("file", file, file.name || "picture.png");
    return await this.#post("files", form);
  }

  async #post(name, body, headers = {}) {
    const answer = await fetch(`do/${name}`, { method: "POST", body, headers }).catch(() => {
      throw new Error("Not sent: there is no connection to ductor.");
    });
    const data = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(data.error ?? `Not sent: the answer was ${answer.status}.`);
    return data;
  }
}
