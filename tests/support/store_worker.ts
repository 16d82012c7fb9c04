/**
 * A second process for the store's tests.
 * `add FILE NAME COUNT`: adds NAME-0 … NAME-(COUNT-1) to the `names` of a JSON file, one by one.
 * `append FILE`: appends 0, 1, 2, … to a journal and says each on stdout when it is safe, until it
 * is killed.
 * `hold LOCK`: takes a file lock, says `held`, and keeps it until it is killed.
 */
import { z } from "zod";
import { acquireFileLock } from "../../src/base/file_lock.ts";
import { Journal } from "../../src/base/journal.ts";
import { JsonFile } from "../../src/base/json_file.ts";

const [command, path = "", name, count] = Deno.args;
if (command === "add") {
  const file = new JsonFile(path, {
    schema: z.looseObject({ names: z.array(z.string()) }),
    defaultValue: () => ({ names: [] as string[] }),
  });
  for (let n = 0; n < Number(count); n++) {
    await file.update((current) => void current.names.push(`${name}-${n}`));
  }
} else if (command === "append") {
  const journal = await Journal.open(path, z.number());
  for (let n = 0;; n++) {
    await journal.append(n);
    await Deno.stdout.write(new TextEncoder().encode(`${n}\n`));
  }
} else {
  await acquireFileLock(path);
  await Deno.stdout.write(new TextEncoder().encode("held\n"));
  setInterval(() => {}, 1 << 30);
}
