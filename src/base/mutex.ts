/** Lets one caller at a time run, in the order of asking. For one process; see also file_lock.ts. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `fn` when everybody who asked before is done, whether that went well or not. */
  run<R>(fn: () => R | Promise<R>): Promise<R> {
    const result = this.#last.then(fn);
    this.#last = result.catch(() => {});
    return result;
  }
}
