/**
 * `@model` at the start of a message: this one turn runs with another model. Only names that are
 * models count; `@john hi` reaches the agent as it was written.
 */
export interface Directive {
  /** The model's name as typed, without the `@`; absent: no directive. */
  model?: string;
  /** The message without the directive. */
  text: string;
}

export function parseDirective(text: string, isModel: (name: string) => boolean): Directive {
  const match = /^\s*@([a-z][\w.:[\]-]*)(?=\s|$)/i.exec(text);
  if (!match || !isModel(match[1]!)) return { text };
  return { model: match[1]!, text: text.slice(match[0].length).trim() };
}
