/** How many columns a text takes in a fixed-width font. */

const ASCII = /^[\0-\x7f]*$/;
/** Shown as a picture: so by default, or made so by a variation selector, or a flag. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Regional_Indicator}{2}/u;
/** Chinese, Japanese, Korean and the full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** East Asian characters and emoji count 2, combining and zero-width ones 0. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (
    const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)
  ) {
    if (segment.length === 1 && segment.charCodeAt(0) < 0x300) width++;
    else if (EMOJI.test(segment) || WIDE.test(segment)) width += 2;
    else if (!NO_WIDTH.test(segment)) width++;
  }
  return width;
}
