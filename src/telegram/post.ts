/** One thing said in a chat: a streamed answer or a single notice, of one or more messages. */
import type { Content, Shown, Step, Target } from "./content.ts";
import type { FileLevel } from "./upload/out_file.ts";

export interface PostOptions {
  /**
   * A name given by whoever says it: what was said under the same name, now or in a former run of
   * the program, is not said again. Absent: each post is a new one.
   */
  id?: string;
  /**
   * Whether it is said even if it cannot be put on disk, because nobody would try again. Default:
   * only posts without an `id`.
   */
  unkept?: boolean;
  /** Message to reply to; ignored when it is gone. */
  replyTo?: number;
  /**
   * What is put under a live post that a crash left unfinished; an empty text takes it away. Absent:
   * it stays as it is.
   */
  ifLeft?: string;
  /** It only changes what is there: of no use elsewhere, when its chat takes nothing. */
  change?: boolean;
  /** No sound on the phone. */
  silent?: boolean;
  /**
   * It shows nothing live for a second, or much less once it {@link Post.hurries}: what is over
   * sooner is said once, finished.
   */
  held?: boolean;
}

/** A send whose answer was lost, or that is under way. */
export interface LostSend {
  /** Counts messages, or files if it is an `upload`. */
  index: number;
  upload?: boolean | undefined;
  /** The newest message id before it; 0: it cannot be told from other messages of ours. */
  after: number;
  /** Equal for sends that look the same. */
  print: string;
  /** What is sent; absent for files. */
  step?: Sending | undefined;
  /** It is sent again, as the outcome of an earlier try is unknown. */
  again: boolean;
}

/** The sending of one message. */
export type Sending = Extract<Step, { do: "send" }>;

/** A send that Telegram has at last: what was lost of it before may stand above it. */
export interface Search extends LostSend {
  messages: readonly number[];
}

/** Since when a post waits for its chat, and why. */
export interface Refused {
  /** Milliseconds since the epoch; what the next run of the program reads. */
  since: number;
  /** Telegram's words. */
  why: string;
}

/** How far Telegram's refusals have made us simplify a post; see {@link simplify}. */
export type Level = 0 | 1 | 2 | 3;

export class Post {
  readonly id: string;
  readonly target: Target;
  readonly options: PostOptions;
  /** Messages Telegram has, in reading order. */
  readonly shown: Shown[] = [];
  /** Messages that go when the post stands below them. */
  readonly old: number[] = [];
  /** Resolves when Telegram shows the final content, or when that is impossible. */
  readonly delivered: Promise<"delivered" | "dropped">;
  /** A send whose answer was lost: it is made again, exactly so, before anything else is. */
  lost: LostSend | undefined;
  /** Its double is to be looked for, before anything else is done. */
  search: Search | undefined;
  /** Files that were sent, or given up with a word about it. */
  filesDone = 0;
  fileLevel: FileLevel = 0;
  /** What stands in the place of a file at the last level. */
  fileNote: string | undefined;
  /** Attempts in which much of the files had left when the connection failed. */
  uploadTries = 0;
  level: Level = 0;
  /** What it has to show is worth to be seen at once. */
  hurries = false;
  /** Its chat takes nothing just now. */
  refused: Refused | undefined;

  #view: (() => Content) | undefined;
  #final: Content | undefined;
  #dirty = false;
  #settled = false;
  #move = false;
  #keeping: Promise<void> | undefined;
  #settle!: (how: "delivered" | "dropped") => void;
  readonly #changed: (post: Post) => void;
  readonly #keep: (post: Post, content: Content, move: boolean) => Promise<void>;

  /**
   * @param changed Called whenever there may be something to do for this post.
   * @param keep Puts the final content on disk, and whether it is to be moved.
   */
  constructor(
    id: string,
    target: Target,
    options: PostOptions,
    changed: (post: Post) => void,
    keep: (post: Post, content: Content, move: boolean) => Promise<void>,
  ) {
    this.id = id;
    this.target = target;
    this.options = options;
    this.#changed = changed;
    this.#keep = keep;
    this.delivered = new Promise((resolve) => this.#settle = resolve);
  }

  get final(): boolean {
    return this.#final !== undefined;
  }

  /** Whether a live post has news that Telegram does not show yet. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /**
   * Shows what `view` returns, as soon as the chat may be edited again. Called anew for every edit,
   * so only the newest state is rendered, and states in between may be skipped.
   */
  show(view: () => Content): void {
    if (this.#final || this.#settled) return;
    this.#view = view;
    this.#dirty = true;
    this.#changed(this);
  }

  /**
   * What it shows from now on is said anew, at the end of the chat; what it showed then goes.
   * Between two calls only, so that a send under way is known to belong to what was.
   */
  moveDown(): void {
    if (this.#settled) return;
    this.#move = true;
    this.#dirty = true;
  }

  /** Whether a move is still to be made; true once. */
  takeMove(): boolean {
    const move = this.#move;
    this.#move = false;
    return move;
  }

  /** Makes the lane compare again, with nothing new to say. */
  touch(): void {
    this.#dirty = true;
    this.#changed(this);
  }

  /**
   * Ends the post with this content. Resolves when it is on disk: from then on it will arrive.
   *
   * @param options `move`: it is said at the end of the chat, and not where the post stands.
   */
  finish(content: Content, { move = false } = {}): Promise<void> {
    // Also of a post that was dropped while it was being written nothing is kept.
    if (this.#final || this.#settled) return Promise.resolve();
    return this.#keeping ??= this.#finish(content, move).finally(() => this.#keeping = undefined);
  }

  async #finish(content: Content, move: boolean): Promise<void> {
    // Live views must not overtake the final while it is being written.
    this.#view = undefined;
    this.#dirty = false;
    await this.#keep(this, content, move);
    this.#final = content;
    this.#move ||= move;
    this.#changed(this);
  }

  /** Telegram shows the newest state of this live post. */
  clean(): void {
    this.#dirty = false;
  }

  /** What it should look like now; `undefined` while nothing was said yet. */
  content(): Content | undefined {
    const content = this.#final ?? this.#view?.();
    return content && simplify(content, this.level);
  }

  settle(how: "delivered" | "dropped"): void {
    this.#settled = true;
    this.#settle(how);
  }
}

/** 1: no formatting; 2: no buttons either; 3: a note in place of what Telegram does not take. */
function simplify(content: Content, level: Level): Content {
  if (level === 0) return content;
  const { files: every, silent } = content;
  const files = { ...every && { files: every }, ...silent && { silent } };
  if (level === 3) {
    const text = "Telegram refuses to show this answer. The log says why.";
    return { pieces: [{ text, entities: [] }], ...files };
  }
  const pieces = content.pieces.map(({ text }) => ({ text, entities: [] }));
  return level === 1 ? { ...content, pieces } : { pieces, ...files };
}
