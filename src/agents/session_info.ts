/** The sessions that the CLIs keep on this machine, whoever began them. */

/** A session that a CLI keeps on this machine, whoever began it. */
export interface SessionInfo {
  id: string;
  /** The name it was given, else the CLI's summary, else its first words: one line, may be empty. */
  title: string;
  /** The folder that it was begun in, and is resumed in. Absolute. */
  folder: string;
  /** When there was something in it, in milliseconds since the epoch. */
  updated: number;
  /** What the user said in it; absent: not known without reading it all. */
  messages?: number;
  /** The processes that have it open, none by their ids where they are not known. Absent: none has. */
  open?: readonly number[];
}

/** Which of the sessions that a CLI keeps. */
export type SessionRef = Pick<SessionInfo, "id" | "folder">;

/** Something that was said in a session. */
export interface Said {
  by: "user" | "agent";
  text: string;
}
