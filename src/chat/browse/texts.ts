/** What the file browser says. Plain text. */
import { counted } from "../../base/text.ts";
import type { Refusal } from "./listing.ts";

export const texts = {
  description: "Browse and fetch files",
  title: "Files",
  empty: "Nothing in here.",
  contents: (folders: number, files: number) =>
    [
      ...folders > 0 ? [counted(folders, "folder")] : [],
      ...files > 0 ? [counted(files, "file")] : [],
    ]
      .join(", "),
  page: (page: number, pages: number) => ` · page ${page} of ${pages}`,
  up: "⬆ Up",
  back: "↩ Back",
  home: "🏠 Home",
  tooOld: "This list is too old to continue with.",
  openAgain: "Open again",
  noFolder: (path: string) => `There is no folder “${path}” here.`,
  refusals: {
    outside: "That leads out of the home folder, so it is not opened.",
    missing: "That no longer exists.",
    no_folder: "That is no longer a folder.",
  } satisfies Record<Refusal, string>,
} as const;
