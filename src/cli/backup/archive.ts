/**
 * A backup as a file: a tar in gzip, whose first entry says what it is. Both ways it streams, so that
 * its size does not matter.
 */
import { dirname, join } from "node:path";
import { createTarDecoder, createTarPacker } from "modern-tar";
import { z } from "zod";
import { VERSION } from "../../base/about.ts";
import { CommandError } from "../reply.ts";
import type { Kept } from "./what.ts";

const MANIFEST = "ductor-backup.json";

const manifestSchema = z.looseObject({
  format: z.literal(1),
  /** Of the program that made it. */
  version: z.string(),
  /** ISO 8601. */
  created: z.string(),
  logins: z.boolean(),
});
/** What is known of one whose format is yet to come. */
const newerSchema = z.looseObject({ format: z.int().min(2), version: z.string() });
export type Manifest = z.infer<typeof manifestSchema>;

export interface Counts {
  files: number;
  /** Of the files, bytes. */
  bytes: number;
}

/**
 * Writes a backup to `path`, which must not exist yet; nobody but its owner may read it.
 *
 * @throws {CommandError} a file became shorter while it was read, or `path` exists
 */
export async function writeArchive(
  path: string,
  manifest: Manifest,
  entries: AsyncIterable<Kept>,
): Promise<Counts> {
  const counts = { files: 0, bytes: 0 };
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const { readable, controller } = createTarPacker();
  const written = readable.pipeThrough(new CompressionStream("gzip")).pipeTo(file.writable);
  const pack = async () => {
    const text = new TextEncoder().encode(JSON.stringify(manifest));
    const head = controller.add({ name: MANIFEST, size: text.length, mode: 0o600 }).getWriter();
    await head.write(text);
    await head.close();
    for await (const { name, path, folder } of entries) {
      if (folder) {
        const info = await ifThere(Deno.lstat(path));
        if (!info) continue;
        const { mode, mtime } = info;
        await controller.add({ name, size: 0, type: "directory", ...about(mode, mtime) }).close();
        continue;
      }
      const size = await addFile(controller, name, path);
      if (size === undefined) continue;
      counts.bytes += size;
      counts.files++;
    }
    controller.finalize();
  };
  try {
    await Promise.all([pack(), written]);
  } catch (error) {
    controller.error(error);
    await written.catch(() => {});
    await Deno.remove(path).catch(() => {});
    throw error;
  }
  return counts;
}

/** @returns its size; `undefined`: it has just been removed */
async function addFile(
  controller: ReturnType<typeof createTarPacker>["controller"],
  name: string,
  path: string,
): Promise<number | undefined> {
  using file = await ifThere(Deno.open(path));
  if (!file) return undefined;
  const { size, mode, mtime } = await file.stat();
  const body = controller.add({ name, size, ...about(mode, mtime) }).getWriter();
  // A journal may grow meanwhile: what was there at first is a whole one.
  for (let left = size; left > 0;) {
    const chunk = new Uint8Array(Math.min(left, 256 * 1024));
    const read = await file.read(chunk);
    if (read === null) {
      throw new CommandError(`${path} became shorter while it was read. Make the backup again.`);
    }
    await body.write(chunk.subarray(0, read));
    left -= read;
  }
  await body.close();
  return size;
}

/** The bot goes on meanwhile: what was there a moment ago may be gone. */
async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function about(mode: number | null, mtime: Date | null) {
  return { ...mode !== null && { mode: mode & 0o777 }, ...mtime && { mtime } };
}

/**
 * Unpacks a backup into the new folder `into`.
 *
 * @throws {CommandError} it is none, is damaged, or has something in it that does not belong there
 */
export async function readArchive(
  path: string,
  into: string,
): Promise<Counts & { manifest: Manifest }> {
  const file = await ifThere(Deno.open(path));
  if (!file) throw new CommandError(`There is no ${path}.`);
  const unpacked = file.readable.pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(createTarDecoder({ strict: true }));
  const counts = { files: 0, bytes: 0 };
  let manifest: Manifest | undefined;
  try {
    for await (const { header: { name, type = "file", mode, mtime, size }, body } of unpacked) {
      if (!manifest) {
        const text = name === MANIFEST ? await new Response(body).text() : "";
        manifest = manifestOf(text);
        continue;
      }
      const target = join(into, ...partsOf(name));
      if (type === "directory") {
        await body.cancel();
        await Deno.mkdir(target, { recursive: true, mode: 0o700 });
        continue;
      }
      if (type !== "file") throw odd(`${name} is a ${type}`);
      await Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const out = await Deno.open(target, {
        write: true,
        createNew: true,
        mode: (mode ?? 0o600) & 0o777,
      });
      await body.pipeTo(out.writable);
      if (mtime) await Deno.utime(target, mtime, mtime);
      counts.files++;
      counts.bytes += size;
    }
  } catch (error) {
    if (error instanceof CommandError || error instanceof Deno.errors.PermissionDenied) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${path} cannot be read to its end: ${reason}. It is damaged, or no backup of ductor.`,
    );
  }
  if (!manifest) throw notOurs();
  return { ...counts, manifest };

  function manifestOf(text: string): Manifest {
    try {
      const raw = JSON.parse(text);
      const { success, data } = newerSchema.safeParse(raw);
      if (success) throw tooNew(data.version);
      return manifestSchema.parse(raw);
    } catch (error) {
      throw error instanceof CommandError ? error : notOurs();
    }
  }
  function tooNew(version: string): CommandError {
    return new CommandError(
      `${path} was made by ductor ${version}, in a form that this version (${VERSION}) does not ` +
        "know. Upgrade this one first: ductor upgrade",
    );
  }
  function notOurs(): CommandError {
    return new CommandError(
      `${path} is no backup of ductor; expected a file made by \`ductor backup\`.`,
    );
  }
}

/** Elsewhere a colon and a backslash are characters like others, and lead nowhere. */
const ILLEGAL = Deno.build.os === "windows" ? /[\\:\0]/ : /\0/;

/** A name as the steps below the home; nothing leads out of it. */
function partsOf(name: string): string[] {
  const parts = name.replace(/\/$/, "").split("/");
  const bad = parts.some((part) =>
    part === "" || part === "." || part === ".." || ILLEGAL.test(part)
  );
  if (bad) throw odd(`${JSON.stringify(name)} does not stay inside the home`);
  return parts;
}

function odd(what: string): CommandError {
  return new CommandError(`Nothing was restored: ${what}. Only files and folders are expected.`);
}
