/** A queue that gives out what is due first. */
export class Heap<T> {
  #items: { at: number; item: T }[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** When the first one is due. */
  get first(): number | undefined {
    return this.#items[0]?.at;
  }

  push(at: number, item: T): void {
    const items = this.#items;
    let i = items.push({ at, item }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (items[parent]!.at <= items[i]!.at) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Takes out the first one if it is due at `now`. */
  pop(now: number): T | undefined {
    const items = this.#items;
    const top = items[0];
    if (!top || top.at > now) return undefined;
    const last = items.pop()!;
    if (items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return top.item;
  }

  #sink(): void {
    const items = this.#items;
    for (let i = 0;;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < items.length && items[left]!.at < items[least]!.at) least = left;
      if (right < items.length && items[right]!.at < items[least]!.at) least = right;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b]!, items[a]!];
  }
}
