/** Reads tags and text of XML and HTML, in one pass and without failing. */

export type Token =
  | { type: "text"; text: string }
  | { type: "open"; name: string; raw: string; closed: boolean }
  | { type: "close"; name: string };

/** Elements of HTML whose content is no markup. */
const RAW = new Set(["script", "style", "textarea", "title", "noscript", "template"]);

/** @param html names in lower case, and content of scripts and styles as one text */
export function* tokens(source: string, html = false): Generator<Token> {
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("<", at);
    if (open < 0) return yield { type: "text", text: unescape(source.slice(at)) };
    if (open > at) yield { type: "text", text: unescape(source.slice(at, open)) };
    if (source.startsWith("<!--", open)) {
      at = after(source, "-->", open + 4);
    } else if (source.startsWith("<![CDATA[", open)) {
      at = after(source, "]]>", open + 9);
      yield { type: "text", text: source.slice(open + 9, Math.max(open + 9, at - 3)) };
    } else if (/[!?]/.test(source[open + 1] ?? "")) {
      at = after(source, ">", open + 1);
    } else if (/[A-Za-z/]/.test(source[open + 1] ?? "")) {
      at = endOfTag(source, open + 1);
      const tag = source.slice(open + 1, at - 1);
      const closing = tag.startsWith("/");
      const found = /^\/?([^\s/>]*)/.exec(tag)?.[1] ?? "";
      const name = html ? found.toLowerCase() : found;
      if (closing) {
        yield { type: "close", name };
        continue;
      }
      const closed = tag.endsWith("/");
      yield { type: "open", name, raw: tag, closed };
      if (html && RAW.has(name) && !closed) {
        const end = indexOfClose(source, name, at);
        const text = source.slice(at, end);
        yield { type: "text", text: name === "title" ? unescape(text) : text };
        at = end;
      }
    } else {
      yield { type: "text", text: "<" };
      at = open + 1;
    }
  }
}

/** The value of an attribute of an opening tag. */
export function attribute(raw: string, name: string): string | undefined {
  // A name begins behind a separator; without that a long one would be tried from each of its letters.
  const pattern = /(?<![^\s/"'])([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
  for (const [, key = "", double, single, bare] of raw.matchAll(pattern)) {
    if (key.toLowerCase() === name.toLowerCase()) return unescape(double ?? single ?? bare ?? "");
  }
  return undefined;
}

function after(source: string, text: string, from: number): number {
  const at = source.indexOf(text, from);
  return at < 0 ? source.length : at + text.length;
}

function endOfTag(source: string, from: number): number {
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const char = source[at]!;
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if ((char === '"' || char === "'") && source[at - 1] === "=") quote = char;
    else if (char === ">") return at + 1;
  }
  return source.length + 1;
}

function indexOfClose(source: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}(?=[\\s/>])`, "gi");
  pattern.lastIndex = from;
  return pattern.exec(source)?.index ?? source.length;
}

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", shy: "\u00ad" },
  ...{ ndash: "–", mdash: "—", hellip: "…", bull: "•", middot: "·", laquo: "«", raquo: "»" },
  ...{ lsquo: "‘", rsquo: "’", sbquo: "‚", ldquo: "“", rdquo: "”", bdquo: "„", copy: "©" },
  ...{ reg: "®", trade: "™", deg: "°", plusmn: "±", times: "×", divide: "÷", euro: "€" },
  ...{ pound: "£", yen: "¥", cent: "¢", sect: "§", para: "¶", micro: "µ", frac12: "½" },
  ...{ frac14: "¼", frac34: "¾", sup2: "²", sup3: "³", larr: "←", uarr: "↑", rarr: "→" },
  ...{ darr: "↓", minus: "−", le: "≤", ge: "≥", ne: "≠", iexcl: "¡", iquest: "¿", zwnj: "" },
  ...{ auml: "ä", ouml: "ö", uuml: "ü", Auml: "Ä", Ouml: "Ö", Uuml: "Ü", szlig: "ß" },
  ...{ agrave: "à", aacute: "á", acirc: "â", atilde: "ã", aring: "å", aelig: "æ", ccedil: "ç" },
  ...{ egrave: "è", eacute: "é", ecirc: "ê", euml: "ë", igrave: "ì", iacute: "í", icirc: "î" },
  ...{ iuml: "ï", ntilde: "ñ", ograve: "ò", oacute: "ó", ocirc: "ô", otilde: "õ", oslash: "ø" },
  ...{ ugrave: "ù", uacute: "ú", ucirc: "û", yacute: "ý", Agrave: "À", Aacute: "Á", Aring: "Å" },
  ...{ AElig: "Æ", Ccedil: "Ç", Egrave: "È", Eacute: "É", Ntilde: "Ñ", Oacute: "Ó", Oslash: "Ø" },
};

export function unescape(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,10}));/g, (
    whole,
    decimal?: string,
    hex?: string,
    name?: string,
  ) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? NAMED[name]! : whole;
    const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
