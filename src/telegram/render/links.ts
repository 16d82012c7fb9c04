/** Which addresses Telegram takes as the target of a link. */

/**
 * The address for a `text_link` entity, or undefined when Telegram would not take it: it accepts
 * http and https with a host that has a dot (so no `localhost`) and `tg:`; anything else it drops
 * or bends into a web address. That goes for `mailto:` too, which is why mail addresses are shown
 * as text, where every client makes them tappable by itself.
 */
export function linkUrl(href: string): string | undefined {
  const trimmed = href.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  if (url.protocol === "tg:") {
    return /^tg:(?:\/\/)?[\w-]+(?:[/?#]|$)/i.test(trimmed) && isPlain(trimmed)
      ? trimmed
      : undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (!/^https?:\/\//i.test(trimmed)) return undefined;
  if (!/[^.]\.[^.]/.test(url.hostname) && !url.hostname.startsWith("[")) return undefined;
  return isPlain(trimmed) ? trimmed : url.href;
}

/** Nothing in it that would have to be percent-encoded. */
function isPlain(url: string): boolean {
  return /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/.test(url);
}
