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
  assert.throws(() => changeEnvFile("", { A: "\"'`" }), /Cannot write the value of A/);
});

Deno.test("K4.1 .env: a quotation mark that does not end is no reason to lose what follows", () => {
  for (const text of [`A="x\nB=1\nC="2"\n`, `A='x\nB=1\n`]) {
    let changed = "";
    try {
      changed = changeEnvFile(text, { B: "2" });
    } catch (error) {
      assert.match(String(error), /Cannot change B.*by hand/);
      continue;
    }
    assert.equal(parseEnvFile(changed).B, "2");
  }
});
