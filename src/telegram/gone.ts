/** Messages of a post that are no longer there: taken away by us, or deleted by somebody. */
import { fingerprint, type Step } from "./content.ts";
import type { Post } from "./post.ts";

/** It was deleted for the post. */
export function takeAway(post: Post, { index }: Step & { do: "delete" }): void {
  if (index === "old") post.old.shift();
  else post.shown.splice(index, 1);
}

/** The user deleted one of our messages. Only the last is said again: order counts. */
export function noteGone(post: Post, step: Step): void {
  if (step.do === "delete") return takeAway(post, step);
  const last = step.index === post.shown.length - 1;
  if (step.do === "edit" && !last) {
    post.shown[step.index]!.print = fingerprint(step.piece, step.keyboard);
  } else {
    post.shown.splice(step.index, 1);
  }
}
