/** `at 14:00` today, else `on Mon 24 Nov at 14:00`. */
export function whenText(time: Date, timeZone: string, now: Date = new Date()): string {
  const part = (date: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(date);
  const clock = part(time, { hour: "2-digit", minute: "2-digit" });
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return part(time, day) === part(now, day) ? `at ${clock}` : `on ${part(time, day)} at ${clock}`;
}
