/**
 * A Markdown text of exactly the length asked for, with everything in it that is hard to stream,
 * split and render: headings, tables, nested lists, code, quotes, emphasis. Every section and every
 * item carries a number, so that a reader or a test sees at once what is missing or out of order.
 */

/** Longest text that is made; more than anybody reads, and enough for every test. */
const LONGEST = 1_000_000;

/** Markdown of exactly `length` UTF-16 units (0 to {@link LONGEST}). */
export function longText(length: number): string {
  const wanted = Math.max(0, Math.min(LONGEST, Math.floor(length)));
  let text = "";
  for (let number = 1; text.length < wanted; number++) {
    const next = section(number);
    if (text.length + next.length > wanted) break;
    text += next;
  }
  return text + filler(wanted - text.length);
}

function section(number: number): string {
  const head = `## Section ${number}\n\n`;
  switch (number % 5) {
    case 1:
      return head + `Paragraph ${number} has **bold**, *italic*, \`code ${number}\` and a ` +
        `[link](https://example.org/${number}). It goes on for a while, as answers do, so that a ` +
        `line of it is wider than a phone.\n\n`;
    case 2:
      return head + `| row | square | note |\n|---:|---:|:---|\n` +
        [1, 2, 3].map((row) => {
          const value = number * 10 + row;
          return `| ${value} | ${value * value} | cell ${value} |\n`;
        }).join("") + "\n";
    case 3:
      return head + `- item ${number}.1\n  - item ${number}.1.1\n    - item ${number}.1.1.1\n` +
        `- item ${number}.2\n  1. step ${number}.2.1\n  2. step ${number}.2.2\n\n`;
    case 4:
      return head + "```ts\n" + `// block ${number}\n` +
        `export const answer${number} = [1, 2, 3].map((x) => x * ${number});\n` + "```\n\n";
    default:
      return head + `> Quote ${number}: less is more. 🦆\n\nAnd a ~~struck~~ word after it.\n\n`;
  }
}

/** Exactly `length` characters of plain text, closed with a full stop. */
function filler(length: number): string {
  if (length <= 0) return "";
  return "The end of it ".repeat(Math.ceil(length / 14)).slice(0, length - 1).trimEnd()
    .padEnd(length - 1, "e") + ".";
}
