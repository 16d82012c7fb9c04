/** `ductor file info`: what a file is. */
import { fileInfo } from "../../files/info.ts";
import { answer } from "../reply.ts";
import { LOOK_MS, open, tools } from "./opened.ts";

export function info(path: string, options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const found = await fileInfo(file, shown, tools(LOOK_MS));
    const rows = Object.entries({ path: shown, ...found }).map(([key, value]) =>
      `${key.replaceAll("_", " ")}: ${Array.isArray(value) ? value.join("; ") : value}`
    );
    return { json: { path: shown, ...found }, text: rows.join("\n") };
  });
}
