import type { MessageEntity } from "grammy/types";

/** These can be cut into pieces; the others are kept whole or dropped. */
const SPLITTABLE = ["bold", "italic", "underline", "strikethrough", "spoiler"];
/** Where entities begin together, the outer one goes first. */
const ORDER = [
  "expandable_blockquote",
  "blockquote",
  "text_link",
  "text_mention",
  "pre",
  "code",
  "custom_emoji",
  "date_time",
  "bot_command",
  "url",
  "email",
  "mention",
  "hashtag",
  "cashtag",
  "phone_number",
  ...SPLITTABLE,
];

const isSplittable = (e: MessageEntity) => SPLITTABLE.includes(e.type);
export const isQuote = (e: MessageEntity) =>
  e.type === "blockquote" || e.type === "expandable_blockquote";
/** Mono-width text holds nothing else. */
const isMono = (e: MessageEntity) => e.type === "code" || e.type === "pre";
/** Neither splittable nor a quote: links, code, commands, … */
export const isSolid = (e: MessageEntity) => !isSplittable(e) && !isQuote(e);

export const endOf = (e: MessageEntity) => e.offset + e.length;

/** By offset, then the longer first, then by kind. */
export function sorted(entities: readonly MessageEntity[]): MessageEntity[] {
  return [...entities].sort((a, b) =>
    a.offset - b.offset || b.length - a.length || ORDER.indexOf(a.type) - ORDER.indexOf(b.type)
  );
}

/**
 * Makes entities obey the rules of nesting. Telegram refuses none of this, it mends it: of two
 * solid entities (or quotes) that overlap the earlier one stays, solid ones that cross the border
 * of a quote go, and bold and its like are cut at the borders of the rest and vanish inside code.
 */
export function nest(entities: readonly MessageEntity[]): MessageEntity[] {
  const all = sorted(entities);
  if (isNested(all)) return all;
  const quotes = withoutOverlaps(all.filter(isQuote));
  const solid = withoutOverlaps(all.filter(isSolid))
    .filter((entity) => quotes.every((quote) => apart(entity, quote) || inside(entity, quote)));
  const frame = sorted([...quotes, ...solid]);
  return sorted([...frame, ...cut(all.filter(isSplittable), frame)]);
}

/** Whether sorted entities obey the rules already. */
export function isNested(all: readonly MessageEntity[]): boolean {
  const open: MessageEntity[] = [];
  for (const entity of all) {
    while (open.length > 0 && endOf(open.at(-1)!) <= entity.offset) open.pop();
    const parent = open.at(-1);
    if (parent) {
      if (endOf(entity) > endOf(parent)) return false;
      if (isMono(parent)) return false;
      if (open.some((outer) => outer.type === entity.type)) return false;
      if (isQuote(entity) && open.some((outer) => isQuote(outer) || isSolid(outer))) return false;
      if (isSolid(entity) && open.some(isSolid)) return false;
      if (isMono(entity) && open.some((outer) => !isQuote(outer))) return false;
    }
    open.push(entity);
  }
  return true;
}

function withoutOverlaps(all: readonly MessageEntity[]): MessageEntity[] {
  const kept: MessageEntity[] = [];
  let end = 0;
  for (const entity of all) {
    if (entity.offset < end) continue;
    kept.push(entity);
    end = endOf(entity);
  }
  return kept;
}

function apart(a: MessageEntity, b: MessageEntity): boolean {
  return endOf(a) <= b.offset || endOf(b) <= a.offset;
}

function inside(inner: MessageEntity, outer: MessageEntity): boolean {
  return inner.offset >= outer.offset && endOf(inner) <= endOf(outer);
}

/**
 * Cuts where the frame begins and ends, and where another of these begins: what then still
 * overlaps begins together, and so is nested.
 */
function cut(entities: readonly MessageEntity[], frame: readonly MessageEntity[]): MessageEntity[] {
  const runs = SPLITTABLE.flatMap((type) =>
    joined(entities.filter((entity) => entity.type === type))
  );
  const borders = new Set([
    ...frame.flatMap((entity) => [entity.offset, endOf(entity)]),
    ...runs.map((run) => run.offset),
  ]);
  const mono = frame.filter(isMono);
  return runs.flatMap((run) => {
    const cuts = [...borders].filter((at) => at > run.offset && at < endOf(run));
    const stops = [run.offset, ...cuts.sort((a, b) => a - b), endOf(run)];
    return stops.slice(1).map((end, i) => ({ ...run, offset: stops[i]!, length: end - stops[i]! }));
  }).filter((piece) => !mono.some((code) => inside(piece, code)));
}

/** Overlapping or touching ones of the same kind as one. */
function joined(entities: readonly MessageEntity[]): MessageEntity[] {
  const runs: MessageEntity[] = [];
  for (const entity of entities) {
    const last = runs.at(-1);
    if (last && entity.offset <= endOf(last)) {
      last.length = Math.max(endOf(last), endOf(entity)) - last.offset;
    } else runs.push({ ...entity });
  }
  return runs;
}
