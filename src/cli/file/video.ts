/** `ductor file video`: pictures out of a video, and what is said in it. */
import { type Heard, transcribe as hear } from "../../files/transcribe.ts";
import { frameFolder, frames as framesOf } from "../../files/video.ts";
import { answer } from "../reply.ts";
import { LOOK_MS, open, shownPath, spoken, tools, TRANSCRIBE_MS } from "./opened.ts";

export interface VideoOptions {
  json?: boolean;
  language?: string;
  frames?: number;
}

export function video(path: string, options: VideoOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown, context } = await open(path);
    const { home, now } = context;
    // The sandbox takes what we leave beside the copy; elsewhere it is for a day.
    const folder = home.confined ? Deno.cwd() : await frameFolder(home.framesDir, now);
    const wanted = { folder, ...options.frames !== undefined && { count: options.frames } };
    const { media, frames } = await framesOf(file, wanted, tools(LOOK_MS));
    let heard: Heard | undefined;
    let silent: string | undefined;
    if (media.audio === undefined) silent = "The video has no sound.";
    else {
      try {
        heard = await hear({ ...file, ...spoken(options) }, tools(TRANSCRIBE_MS));
      } catch (error) {
        const { message, more } = error as Error & { more?: { hint?: string } };
        silent = [message, more?.hint].filter(Boolean).join(". ");
      }
    }
    const pictures = await Promise.all(
      frames.map(async ({ path, at }) => ({ path: await shownPath(path, context), at })),
    );
    const { duration, width, height } = media;
    return {
      json: {
        path: shown,
        ...duration !== undefined && { duration: Math.round(duration * 10) / 10 },
        ...{ width, height },
        frames: pictures,
        ...heard ? { sound: heard } : { sound: null, sound_note: silent },
        note: "Open the pictures yourself. They are kept for a day.",
      },
      text: [
        ...pictures.map(({ path, at }) => `${at.toFixed(1)} s  ${path}`),
        "",
        heard ? `Said in it: ${heard.text || "(nothing)"}` : silent,
      ].join("\n"),
    };
  });
}
