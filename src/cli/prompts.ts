/**
 * What is asked and told on a terminal, wrapped at words to its width. clack leaves that to the
 * terminal in places, which cuts anywhere; so everything goes through here.
 */
import process from "node:process";
import { styleText } from "node:util";
import * as clack from "@clack/prompts";
import { wrapAnsi } from "fast-wrap-ansi";

export { CANCEL_SYMBOL, isCancel } from "@clack/prompts";

/** What stands before each line: a mark or a bar. */
const MARGIN = 3;
const BLANK = " ".repeat(MARGIN);
const BAR = `${styleText("gray", clack.S_BAR)}  `;
/** Of a frame, on both sides. */
const FRAME = 6;
/** Dots that a spinner adds. */
const DOTS = 3;
/** The terminal's width where it is not known. */
const USUAL = 80;

/** @param before What stands before each line but the first. */
function wrapped(text: string, before = "", taken = MARGIN): string {
  const { columns = USUAL } = process.stdout;
  return wrapAnsi(text, Math.max(columns - taken, 1), { hard: true })
    .replaceAll("\n", `\n${before}`);
}

export const log = {
  message: (text: string) => clack.log.message(wrapped(text)),
  info: (text: string) => clack.log.info(wrapped(text)),
  success: (text: string) => clack.log.success(wrapped(text)),
  warn: (text: string) => clack.log.warn(wrapped(text)),
  error: (text: string) => clack.log.error(wrapped(text)),
};

export const intro = (text: string) => clack.intro(wrapped(text, BAR));
export const outro = (text: string) => clack.outro(wrapped(text, BLANK));
export const cancel = (text: string) => clack.cancel(wrapped(text, BLANK));

export function note(text: string, title: string): void {
  clack.note(wrapped(text, "", FRAME), title, { format: (line) => line });
}

export function confirm(options: clack.ConfirmOptions) {
  return clack.confirm({ ...options, message: wrapped(options.message) });
}

export function select<Value>(options: clack.SelectOptions<Value>) {
  return clack.select({ ...options, message: wrapped(options.message) });
}

interface Field {
  message: string;
  validate?(value: string | undefined): string | undefined;
}

export const text = (options: Field & { initialValue?: string }) => clack.text(field(options));
export const password = (options: Field) => clack.password(field(options));

function field<Options extends Field>(options: Options): Options {
  const { message, validate } = options;
  return {
    ...options,
    message: wrapped(message, BAR),
    ...validate && {
      validate(value: string | undefined) {
        const problem = validate(value);
        return problem && wrapped(problem, BLANK);
      },
    },
  };
}

export function spinner(options?: clack.SpinnerOptions) {
  const waiting = clack.spinner(options);
  return {
    start: (text: string) => waiting.start(wrapped(text, BLANK, MARGIN + DOTS)),
    stop: (text: string) => waiting.stop(wrapped(text, BAR)),
    error: (text: string) => waiting.error(wrapped(text, BAR)),
  };
}
