/** What the lane to a chat has put on disk, so that the next run can go on. */
import type { ChatIds } from "./chat_ids.ts";
import type { LaneOptions } from "./lane.ts";
import { addressFields, type OutboxRecord } from "./outbox_records.ts";

type Notes = "onMoved" | "onTry" | "onSearched" | "onUploaded" | "onShown" | "onRefused";

/** @param note Never rejects. */
export function laneNotes(
  ids: ChatIds,
  note: (record: OutboxRecord) => Promise<void>,
): Pick<LaneOptions, Notes> {
  return {
    onMoved: ({ id, target, old }) =>
      note({ k: "moved", id, ...addressFields(target), old: [...old], ...ids.kept }),
    onTry: ({ id, target, options: { ifLeft } }, attempt) =>
      note({
        k: "try",
        id,
        ...addressFields(target),
        ...attempt,
        ...ifLeft !== undefined && { left: ifLeft },
      }),
    onSearched: ({ id, target }) => note({ k: "search", id, ...addressFields(target) }),
    onUploaded: ({ id, target, filesDone: files }, messages) =>
      note({
        k: "uploaded",
        id,
        ...addressFields(target),
        files,
        messages: [...messages],
        ...ids.kept,
      }),
    onRefused: ({ id, target, refused }) =>
      note({ k: "refused", id, ...addressFields(target), ...refused }),
    onShown({ id, target, options: { ifLeft } }, step, message) {
      if (step.do === "delete") return;
      const { index, bare: piece } = step;
      note({
        k: "shown",
        id,
        ...addressFields(target),
        index,
        message,
        piece,
        ...ids.kept,
        ...ifLeft !== undefined && { left: ifLeft },
      });
    },
  };
}
