/** Fetches what came with a request, when its turn begins. */
import { isFile } from "../../base/on_disk.ts";
import { sizeOf } from "../../base/text.ts";
import { after } from "../../base/async/timer.ts";
import { getLogger } from "@logtape/logtape";
import { Buffer } from "node:buffer";
import { join, relative, sep } from "node:path";
import type { ImageInput } from "../../agents/agent.ts";
import type { Attachment, Received, Request } from "../../conversation/request.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { isInside, realPath } from "../../config/paths.ts";
import { imageInfo } from "../../files/image_info.ts";
import { line } from "./attachments.ts";
import {
  download,
  DownloadError,
  type DownloadOptions,
  tooLarge,
} from "../../telegram/download.ts";
import { FileIndex } from "../../files/file_index.ts";
import { nameFor } from "../../files/names.ts";
import { type Fetched, promptFor } from "./prompt.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "media"]);

/** The service takes 5 MiB of an image in base64, which is a third longer. */
const MAX_IMAGE = 5 * 1024 * 1024 * 3 / 4;
/** Pixels; the service refuses a long conversation for one larger image in it. */
const MAX_SIDE = 2000;
/** Bytes of all images of one message. */
const MAX_IMAGES = 15 * 1024 * 1024;

/** Longest time spent on what is said in the files of one message; the agent waits for it. */
const LISTEN_MS = 60_000;
/** What the sender speaks in; songs and other sound files are only written down when asked for. */
const SPOKEN = new Set<Attachment["kind"]>(["voice", "video", "video_note"]);

export interface IntakeOptions extends DownloadOptions {
  /** What is said in a file; undefined when nobody is there who could tell. Throws with a reason. */
  listen?:
    | ((
      file: { path: string; size: number },
      signal: AbortSignal,
    ) => Promise<{ text: string; by: string } | undefined>)
    | undefined;
  /** Working directory of the agents. */
  workspace: string;
  /** In the workspace. */
  folder: string;
  speaker: Pick<Speaker, "say">;
}

export class MediaIntake {
  readonly #options: IntakeOptions;
  readonly #index: FileIndex;
  /** What this run has fetched, by `uniqueId`. */
  readonly #known = new Map<string, Promise<string>>();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#index = new FileIndex(options.folder, options.clock);
  }

  /** Tells the user at once what cannot be fetched because of its size. */
  async announce({ attachments = [], address, messageId }: Request): Promise<void> {
    for (const attachment of attachments) {
      if (!this.#isTooLarge(attachment) || attachment.quoted) continue;
      await this.#options.speaker.say(
        address,
        texts.tooLarge(label(attachment), sizeOf(this.#options.largest)),
        messageId === undefined ? {} : { replyTo: messageId },
      );
    }
  }

  /**
   * The request as the agent gets it. Does not fail: what cannot be fetched is said to the user and
   * to the agent, and the rest goes on.
   */
  async receive(request: Request, signal: AbortSignal, at = ""): Promise<Received> {
    const { attachments = [], text } = request;
    const images: ImageInput[] = [...request.images ?? []];
    const files: Fetched[] = [];
    let room = MAX_IMAGES;
    for (const attachment of attachments) {
      const fetched = await this.#fetch(attachment, request, signal);
      files.push(fetched);
      if (fetched.path === undefined) continue;
      const image = await this.#image(join(this.#options.workspace, fetched.path), room);
      if (!image) continue;
      images.push(image);
      room -= image.data.length;
      fetched.shown = true;
    }
    await this.#listen(files, signal);
    if (files.some(({ path }) => path !== undefined)) {
      await this.#index.update().catch((error) =>
        log.warn("The list of incoming files could not be written: {error}", { error })
      );
    }
    return { text: promptFor(text, files, at), images };
  }

  /** Puts down what is said in them, as far as there is time for it. */
  async #listen(files: readonly Fetched[], signal: AbortSignal): Promise<void> {
    const { listen, clock, workspace } = this.#options;
    const spoken = files.filter(({ attachment, path }) =>
      SPOKEN.has(attachment.kind) && path !== undefined
    );
    if (!listen || spoken.length === 0) return;
    const late = new AbortController();
    using _limit = after(LISTEN_MS, () => late.abort(), { clock });
    const either = AbortSignal.any([signal, late.signal]);
    for (const file of spoken) {
      const path = join(workspace, file.path!);
      try {
        const { size } = await Deno.stat(path);
        file.heard = await listen({ path, size }, either);
      } catch (error) {
        file.unheard = late.signal.aborted
          ? "it takes longer than a minute"
          : error instanceof Error
          ? error.message
          : String(error);
        log.warn("A {kind} could not be transcribed: {reason}", {
          kind: file.attachment.kind,
          reason: file.unheard,
        });
      }
    }
  }

  async #fetch(attachment: Attachment, request: Request, signal: AbortSignal): Promise<Fetched> {
    try {
      if (this.#isTooLarge(attachment)) {
        throw tooLarge(this.#options.largest);
      }
      const path = await this.#path(attachment, signal);
      return { attachment, path: relative(this.#options.workspace, path).replaceAll(sep, "/") };
    } catch (error) {
      if (signal.aborted) return { attachment, failure: "the user stopped it" };
      const known = error instanceof DownloadError;
      const failure = known ? error.message : "an error in ductor itself; its log says which";
      if (!known) log.error("A file could not be kept: {error}", { error });
      // Of a file whose size was given the user has been told already.
      if (!this.#isTooLarge(attachment)) {
        const { address, messageId } = request;
        await this.#options.speaker.say(
          address,
          texts.notFetched(label(attachment), failure),
          messageId === undefined ? {} : { replyTo: messageId },
        );
      }
      return { attachment, failure };
    }
  }

  #isTooLarge({ size }: Attachment): boolean {
    return size !== undefined && size > this.#options.largest;
  }

  /** Where the file is; fetched now, or before in this run. */
  async #path(attachment: Attachment, signal: AbortSignal): Promise<string> {
    const { uniqueId, fileId } = attachment;
    const before = await this.#known.get(uniqueId)?.catch(() => undefined);
    if (before !== undefined && await isFile(before)) return before;
    const { folder, clock } = this.#options;
    const day = join(folder, new Date(clock.now()).toISOString().slice(0, 10));
    await Deno.mkdir(day, { recursive: true, mode: 0o700 });
    // An agent may have put a link there that leads where it must not write itself.
    if (!isInside(await realPath(day), await realPath(this.#options.workspace))) {
      throw new DownloadError("its folder is a link that leads out of the workspace");
    }
    const path = download(fileId, day, nameFor(attachment), this.#options, signal);
    this.#known.set(uniqueId, path);
    path.catch(() => this.#known.delete(uniqueId));
    return await path;
  }

  async #image(path: string, room: number): Promise<ImageInput | undefined> {
    try {
      const { size } = await Deno.stat(path);
      if (size > MAX_IMAGE || size > room || size === 0) return undefined;
      const bytes = await Deno.readFile(path);
      const info = imageInfo(bytes);
      if (!info || Math.max(info.width, info.height) > MAX_SIDE) return undefined;
      if (Math.min(info.width, info.height) === 0) return undefined;
      return { mediaType: info.type, data: Buffer.from(bytes).toString("base64") };
    } catch (error) {
      log.warn("An image could not be read: {error}", { error });
      return undefined;
    }
  }
}

function label({ kind, name }: Attachment): string {
  return name === undefined
    ? `the ${kind.replace("_", " ")}`
    : `“${line(name, 100).replaceAll(/[*_`[\]~|<>]/g, "\\$&")}”`;
}
