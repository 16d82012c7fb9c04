/** What ffprobe says of a recording or video. */
import { dirname } from "node:path";
import { z } from "zod";
import { runTool, SAFE_INPUT, type Tools } from "./tool.ts";

export interface Media {
  /** Seconds; absent when the file does not say. */
  duration?: number;
  width?: number;
  height?: number;
  video?: string;
  audio?: string;
}

const ProbeSchema = z.object({
  format: z.object({ duration: z.coerce.number() }).partial().default({}),
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: z.string(),
      width: z.number(),
      height: z.number(),
      duration: z.coerce.number(),
      disposition: z.object({ attached_pic: z.number() }).partial(),
    }).partial(),
  ).default([]),
});

/** @throws {FileError} ffprobe cannot read it */
export async function probe(path: string, tools: Tools): Promise<Media> {
  const out = await runTool(tools, "ffprobe", [
    "-v",
    "error",
    ...SAFE_INPUT,
    "-show_format",
    "-show_streams",
    "-of",
    "json",
    path,
  ], dirname(path));
  const { format, streams } = ProbeSchema.parse(JSON.parse(out));
  // The cover of a song comes as a video of one picture.
  const video = streams.find(({ codec_type, disposition }) =>
    codec_type === "video" && !disposition?.attached_pic
  );
  const audio = streams.find(({ codec_type }) => codec_type === "audio");
  const duration = format.duration ?? video?.duration ?? audio?.duration;
  return {
    ...duration !== undefined && Number.isFinite(duration) && { duration },
    ...video?.width && { width: video.width },
    ...video?.height && { height: video.height },
    ...video?.codec_name && { video: video.codec_name },
    ...audio?.codec_name && { audio: audio.codec_name },
  };
}
