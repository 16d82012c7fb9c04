import assert from "node:assert/strict";
import { changeEnvFile, parseEnvFile } from "./env_file.ts";

const FILE = `# for the agents
export HTTPS_PROXY=http://127.0.0.1:3128   # the one here
ANTHROPIC_API_KEY="sk # no comment"
 PLAIN = two words
SINGLE='as $IT is \\n'
EMPTY=
KEY="-----BEGIN
END-----"
not a line
1BAD=x
DUCTOR_HOME=/elsewhere
PLAIN=the last one wins
`;

Deno.test("K4.1 .env: quotes, export and comments are understood; what is ours is not set", () => {
  assert.deepEqual(parseEnvFile(`\uFEFF${FILE.replaceAll("\n", "\r\n")}`), {
    HTTPS_PROXY: "http://127.0.0.1:3128",
    ANTHROPIC_API_KEY: "sk # no comment",
    PLAIN: "the last one wins",
    SINGLE: "as $IT is \\n",
    EMPTY: "",
    KEY: "-----BEGIN\nEND-----",
  });
});

Deno.test("K4.1 .env: a change leaves all else as it is, comments too", () => {
  const changed = changeEnvFile(FILE, { KEY: undefined, PLAIN: "it's", NEW: "1" });
  assert.equal(
    changed,
    FILE.replace(/KEY="-[^"]*"\n/, "").replace(/PLAIN=the.*\n/, "")
      .replace(" PLAIN = two words", 'PLAIN="it\'s"') + "NEW=1\n",
  );
  assert.equal(changeEnvFile("A=1", { B: "2" }), "A=1\nB=2\n");
});

Deno.test("K4.1 .env: whatever value is written is the value that is read", () => {
  const values = [
    "",
    "x y",
    "#",
    'a"b',
    "a'b",
    "a\\nb",
    "line\nline",
    " ends ",
    "a=b",
    "ü",
    "$X",
    "`",
  ];
  let text = "# mine\n";
  for (const [i, value] of values.entries()) text = changeEnvFile(text, { [`V${i}`]: value });
  assert.deepEqual(Object.values(parseEnvFile(text)), values);
  for (const i of values.keys()) text = changeEnvFile(text, { [`V${i}`]: undefined });
  assert.equal(text, "# mine\n");
});

Deno.test("K4.1 .env: a quotation mark that does not end spoils only its own line", () => {
  const text = `A="x\nB=1\nC="2"\nD='y\nE=a#b # c\nF= # d\n`;
  assert.deepEqual(parseEnvFile(text), { A: '"x', B: "1", C: "2", D: "'y", E: "a#b", F: "" });
  assert.equal(changeEnvFile(text, { B: "2" }), text.replace("B=1", "B=2"));
});

Deno.test("K4.1 .env: line ends stay as they are", () => {
  assert.equal(changeEnvFile("A=1\r\nB=2\r\n", { A: "3", C: "4" }), "A=3\r\nB=2\r\nC=4\r\n");
});
