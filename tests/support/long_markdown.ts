/** A long answer as agents write them, with numbered marks to find out what is missing or doubled. */
export function longMarkdown(length: number): { markdown: string; marks: string[] } {
  const marks: string[] = [];
  const mark = () => {
    const name = `mark${String(marks.length + 1).padStart(4, "0")}x`;
    marks.push(name);
    return name;
  };
  const sections: string[] = [];
  let size = 0;
  for (let i = 0; size < length; i++) {
    const section = SECTIONS[i % SECTIONS.length]!(mark);
    sections.push(section);
    size += section.length + 2;
  }
  return { markdown: sections.join("\n\n"), marks };
}

const SECTIONS: ((mark: () => string) => string)[] = [
  (mark) =>
    `## Heading ${mark()}\n\nSome **bold ${mark()}** and _italic_ text with \`code ${mark()}\`.`,
  (mark) => `| Name | Value |\n|---|---:|\n| ${mark()} | 1 |\n| ${mark()} | 22 |`,
  (mark) =>
    `| A wide first column | A second column that is wide too | Third |\n|---|---|---|\n` +
    `| ${mark()} with words | more words in here | ${mark()} |`,
  (mark) => `- item ${mark()}\n  - nested ${mark()}\n    - deeper ${mark()}\n- last ${mark()}`,
  (mark) =>
    "```ts\n" +
    Array.from({ length: 12 }, () => `const x = "${mark()}"; // <not html> & 'quotes'`).join("\n") +
    "\n```",
  (mark) => `> quoted ${mark()}\n> and ***more ${mark()}***`,
  (mark) =>
    `1. first ${mark()}\n2. second ${mark()}\n\n${`word ${mark()} `.repeat(1)}${
      "lorem ipsum ".repeat(40)
    }`,
  (mark) => `Emoji 👩‍👩‍👧‍👦 and [a link ${mark()}](https://example.org/a_b) 日本語 ${mark()}`,
];
