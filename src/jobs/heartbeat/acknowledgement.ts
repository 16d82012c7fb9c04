/**
 * What an answer to a heartbeat has to say without the token that means "nothing": the token is taken
 * off at both ends, bare or in emphasis. In the middle it is part of the text. Empty: nothing to say.
 */
export function withoutAck(answer: string, token: string): string {
  const escaped = token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const mark = "[`*_\"'.!]*";
  const before = new RegExp(`^\\s*${mark}${escaped}${mark}(?![\\p{L}\\p{N}_])\\s*`, "u");
  const after = new RegExp(`\\s*(?<![\\p{L}\\p{N}_])${mark}${escaped}${mark}\\s*$`, "u");
  return answer.replace(before, "").replace(after, "").trim();
}
