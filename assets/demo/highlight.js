/**
 * Enough colour for code in a chat: comments, strings, numbers and words that most languages
 * share. Not a parser; what it does not know stays plain.
 */
import { h } from "./dom.js";

const WORDS = new Set(
  ("abstract and as assert async await begin bool boolean break byte case catch char class const " +
    "constexpr continue def default defer del do done double echo elif else end enum esac except " +
    "export extends extern false fi final finally float fn for from func function go goto if impl " +
    "implements import in instanceof int interface is lambda let local long loop match mod module " +
    "mut namespace new nil none None not null of or package pass private protected pub public raise " +
    "readonly ref return select self static string struct super switch template then this throw " +
    "trait true True False try type typeof typename undefined union unsafe use using var void where " +
    "while with yield SELECT FROM WHERE INSERT UPDATE DELETE INTO VALUES JOIN LEFT ON AND OR NOT " +
    "NULL CREATE TABLE GROUP ORDER BY LIMIT AS").split(" "),
);
const HASH = new Set(
  "bash sh zsh shell python py ruby rb yaml yml toml ini dockerfile make makefile perl r elixir nix"
    .split(" "),
);
const DASH = new Set("sql lua haskell hs elm ada".split(" "));
const PLAIN = new Set(["", "text", "txt", "plain", "plaintext", "markdown", "md", "table", "log"]);

/** @returns {Node[]} the code as text nodes and coloured spans */
export function highlight(code, language = "") {
  const name = language.toLowerCase();
  // A very long block is not worth the wait.
  if (PLAIN.has(name) || code.length > 30_000) return [document.createTextNode(code)];
  if (name === "diff" || name === "patch") return diff(code);
  const comment = HASH.has(name)
    ? "(?<![^\\s])#.*"
    : DASH.has(name)
    ? "--.*"
    : "\\/\\/.*|\\/\\*[^]*?(?:\\*\\/|$)|<!--[^]*?(?:-->|$)";
  const pattern = new RegExp(
    `(?<comment>${comment})` +
      `|(?<string>"(?:\\\\.|[^"\\\\\\n])*"?|'(?:\\\\.|[^'\\\\\\n])*'?|\`(?:\\\\.|[^\`\\\\])*\`?)` +
      `|(?<number>\\b(?:0x[\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)\\b)` +
      `|(?<word>[A-Za-z_$][\\w$]*)(?<call>\\s*\\()?`,
    "g",
  );
  const nodes = [];
  let at = 0;
  const plain = (to) => {
    if (to > at) nodes.push(document.createTextNode(code.slice(at, to)));
  };
  for (const match of code.matchAll(pattern)) {
    const { comment, string, number, word, call } = match.groups;
    const kind = comment
      ? "comment"
      : string
      ? "string"
      : number
      ? "number"
      : WORDS.has(word)
      ? "word"
      : call
      ? "call"
      : null;
    if (!kind) continue;
    plain(match.index);
    const shown = word ?? match[0];
    nodes.push(h("span", { class: `hl-${kind}` }, shown));
    at = match.index + shown.length;
  }
  plain(code.length);
  return nodes;
}

function diff(code) {
  return code.split(/(?<=\n)/).map((line) => {
    const kind = line.startsWith("@@")
      ? "hl-call"
      : line.startsWith("+")
      ? "hl-added"
      : line.startsWith("-")
      ? "hl-removed"
      : "";
    return kind ? h("span", { class: kind }, line) : document.createTextNode(line);
  });
}
