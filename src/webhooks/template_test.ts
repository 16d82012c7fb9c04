import assert from "node:assert/strict";
import { parsePayload } from "./payload.ts";
import { fillIn, hasPlaceholders } from "./template.ts";

const PAYLOAD = {
  name: "ada",
  n: 0,
  off: false,
  empty: "",
  nothing: null,
  commit: { author: { name: "Grace" } },
  commits: [{ message: "one" }, { message: "two" }],
  "a.b": "dotted key",
};

Deno.test("placeholders take values of the top level, numbers and switches too", () => {
  assert.equal(fillIn("{{name}}/{{n}}/{{off}}/{{name}}", PAYLOAD), "ada/0/false/ada");
});

Deno.test("what is missing or null stays to be seen, an empty text stays empty", () => {
  assert.equal(fillIn("{{nope}} {{nothing}} [{{empty}}]", PAYLOAD), "{{?nope}} {{?nothing}} []");
  assert.equal(fillIn("{{commit.nope.name}}", PAYLOAD), "{{?commit.nope.name}}");
});

Deno.test("paths go into objects and lists", () => {
  assert.equal(fillIn("{{commit.author.name}}: {{commits.1.message}}", PAYLOAD), "Grace: two");
  assert.equal(
    fillIn("{{commits.2.message}} {{a.b}}", PAYLOAD),
    "{{?commits.2.message}} dotted key",
  );
  assert.equal(fillIn("{{ commit.author.name }}", PAYLOAD), "Grace");
});

Deno.test("objects and lists become JSON", () => {
  assert.equal(fillIn("{{commit}}", PAYLOAD), JSON.stringify(PAYLOAD.commit, null, 2));
});

Deno.test("only what was sent is found, nothing of JavaScript", () => {
  for (
    const path of ["constructor", "__proto__", "name.length", "commits.length", "toString.name"]
  ) {
    assert.equal(fillIn(`{{${path}}}`, PAYLOAD), path === "commits.length" ? "2" : `{{?${path}}}`);
  }
});

Deno.test("what is filled in is not looked at again", () => {
  assert.equal(fillIn("{{a}}{{b}}", { a: "{{b}}", b: "$& $1" }), "{{b}}$& $1");
});

Deno.test("JSON nested thousands deep does no harm", () => {
  const deep = JSON.parse(`{"x":${"[".repeat(60_000)}${"]".repeat(60_000)}}`);
  assert.equal(typeof fillIn("{{x}} {{x.0.0.0}}", deep), "string");
});

Deno.test("a template without placeholders has none", () => {
  assert.ok(hasPlaceholders("look at {{x.y}}"));
  assert.ok(!hasPlaceholders("look at {{}} and {x}"));
});

Deno.test("K6.1 numbers stay as they were sent", () => {
  const payload = parsePayload(
    '{"id":820982911946154508,"price":1.50,"n":7,"deep":{"x":[1e3]}}',
    false,
  );
  assert.ok(typeof payload !== "string");
  assert.equal(fillIn("{{id}} {{price}} {{n}}", payload), "820982911946154508 1.50 7");
  assert.match(fillIn("{{deep}}", payload), /1e3/);
});

Deno.test("K6.1 the event's name and its headers can stand in a template", () => {
  const facts = { event: "issues", headers: { "x-shop": "a.example" } };
  assert.equal(
    fillIn("{{@event}} of {{@header.X-Shop}}, {{@header.x-none}}", {}, facts),
    "issues of a.example, {{?@header.x-none}}",
  );
  assert.equal(fillIn("{{@event}}", { "@event": "forged" }), "{{?@event}}");
  assert.ok(hasPlaceholders("{{@event}}"));
});
