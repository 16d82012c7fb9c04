/** Dates of Excel, which are numbers that only their format tells from others. */
import { tokens } from "./markup.ts";

export type DateFormat = "date" | "time" | "datetime";

/** Formats that every workbook has (ECMA-376, 18.8.30). */
const BUILT_IN: Readonly<Record<number, DateFormat>> = {
  ...{ 14: "date", 15: "date", 16: "date", 17: "date", 22: "datetime" },
  ...{ 18: "time", 19: "time", 20: "time", 21: "time", 45: "time", 47: "time" },
};

/** For each style of a cell whether it shows a date, from `styles.xml`. */
export function dateStyles(xml: string): (DateFormat | undefined)[] {
  const own = new Map<number, DateFormat | undefined>();
  const styles: (DateFormat | undefined)[] = [];
  let inCells = false;
  for (const token of tokens(xml)) {
    if (token.type === "text") continue;
    if (token.name === "cellXfs") inCells = token.type === "open";
    if (token.type !== "open") continue;
    const id = Number(token.attributes.get("numFmtId") ?? 0);
    if (token.name === "numFmt") {
      own.set(id, dateFormat(token.attributes.get("formatCode") ?? ""));
    } else if (token.name === "xf" && inCells) {
      styles.push(own.has(id) ? own.get(id) : BUILT_IN[id]);
    }
  }
  return styles;
}

/** What a format code such as `dd.mm.yyyy hh:mm` shows. */
export function dateFormat(code: string): DateFormat | undefined {
  // Texts, colours, conditions and locales hold letters too; a duration ([h]:mm) is a number.
  const plain = code.split(";")[0]!.replaceAll(/"[^"]*"|\\.|_.|\*./g, "");
  if (/\[(?:h+|m+|s+)\]/i.test(plain)) return undefined;
  const letters = plain.replaceAll(/\[[^\]]*\]|general|am\/pm|a\/p/gi, "").toLowerCase();
  const date = /[yd]/.test(letters) || /m{3,}/.test(letters);
  const time = /[hs]/.test(letters);
  return date ? time ? "datetime" : "date" : time ? "time" : undefined;
}

/** ISO 8601 without a zone, since Excel knows none. Undefined for what is no date. */
export function serialDate(
  serial: number,
  format: DateFormat,
  from1904: boolean,
): string | undefined {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return undefined;
  // Excel has a 29 February 1900 that never was; before it the days are one off.
  const shift = from1904 ? 24_107 : serial < 60 ? -25_568 : -25_569;
  const days = from1904 ? serial - shift : serial + shift;
  const time = new Date(Math.round(days * 86_400) * 1000).toISOString();
  if (format === "time" || (serial < 1 && !from1904)) return time.slice(11, 19);
  return format === "date" && serial % 1 === 0
    ? time.slice(0, 10)
    : time.slice(0, 19).replace("T", " ");
}
