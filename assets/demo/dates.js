/** Dates as a chat shows them. Bot API dates are seconds since 1970. */

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayWithYear = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "long",
  year: "numeric",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const clockTime = (seconds) => time.format(seconds * 1000);
export const fullTime = (seconds) => full.format(seconds * 1000);

/** The same for all moments of one local day. */
export function dayKey(seconds) {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayName(seconds, now = Date.now()) {
  const key = dayKey(seconds);
  if (key === dayKey(now / 1000)) return "Today";
  if (key === dayKey(now / 1000 - 86_400)) return "Yesterday";
  const sameYear = new Date(seconds * 1000).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayWithYear).format(seconds * 1000);
}

/** `75` → `1:15`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["KB", "MB", "GB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
