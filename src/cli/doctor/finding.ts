/** What the doctor says about one thing. */
export interface Finding {
  /** `info`: only to know; `warning`: may be meant so; `problem`: something will not work. */
  level: "ok" | "info" | "warning" | "problem";
  /** What was looked at, in a word or two. */
  about: string;
  found: string;
  /** What to do about it. */
  todo?: string;
}

export const ok = (about: string, found: string): Finding => ({ level: "ok", about, found });
export const info = (about: string, found: string): Finding => ({ level: "info", about, found });
export const warning = (about: string, found: string, todo: string): Finding => (
  { level: "warning", about, found, todo }
);
export const problem = (about: string, found: string, todo: string): Finding => (
  { level: "problem", about, found, todo }
);
