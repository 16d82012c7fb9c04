/** A disk that has no room, as far as our files notice. */

const full = () => Promise.reject(new Error("No space left on device"));

/** While `fn` runs, no file can be written anew; appending to one works. */
export async function withoutRewrites(fn: () => Promise<void>): Promise<void> {
  const { rename } = Deno;
  Deno.rename = full;
  try {
    await fn();
  } finally {
    Deno.rename = rename;
  }
}

/** While `fn` runs, nothing can be appended to a journal. */
export async function withoutAppends(fn: () => Promise<void>): Promise<void> {
  const { syncData } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.syncData = full;
  try {
    await fn();
  } finally {
    Deno.FsFile.prototype.syncData = syncData;
  }
}
