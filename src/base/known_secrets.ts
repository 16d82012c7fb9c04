/** The secrets in use, for the redactor: from the config, and those the program learns later. */
export class KnownSecrets {
  #values: readonly string[] = [];

  constructor(values: Iterable<string> = []) {
    this.add(values);
  }

  /** Another list whenever there is a new one. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** One that was replaced stays known: it may stand in what was said before, and count for a day. */
  add(values: Iterable<string>): void {
    const fresh = [...new Set(values)].filter((value) =>
      value !== "" && !this.#values.includes(value)
    );
    if (fresh.length > 0) this.#values = [...this.#values, ...fresh];
  }
}
