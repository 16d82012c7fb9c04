/** A line to a server of this machine, which can be cut and is there again under the same address. */
export class Line implements Disposable {
  readonly #to: number;
  readonly #port: number;
  #listener: Deno.TcpListener | undefined;
  readonly #open = new Set<Deno.TcpConn>();

  /** @param url of the server */
  constructor(url: string) {
    this.#to = Number(new URL(url).port);
    this.#listener = this.#listen(0);
    this.#port = this.#listener.addr.port;
  }

  /** Where the server is reached through it. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** From now on nobody answers there. */
  cut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const end of this.#open) this.#hangUp(end);
  }

  mend(): void {
    this.#listener ??= this.#listen(this.#port);
  }

  [Symbol.dispose](): void {
    this.cut();
  }

  #listen(port: number): Deno.TcpListener {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    void this.#accept(listener);
    return listener;
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const near of listener) {
        this.#open.add(near);
        void this.#through(near);
      }
    } catch {
      // It was cut.
    }
  }

  async #through(near: Deno.TcpConn): Promise<void> {
    try {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#to });
      this.#open.add(far);
      await Promise.allSettled([
        near.readable.pipeTo(far.writable),
        far.readable.pipeTo(near.writable),
      ]);
      this.#hangUp(far);
    } catch {
      // Nobody is at the other end.
    }
    this.#hangUp(near);
  }

  #hangUp(end: Deno.TcpConn): void {
    this.#open.delete(end);
    try {
      end.close();
    } catch {
      // It is closed.
    }
  }
}
