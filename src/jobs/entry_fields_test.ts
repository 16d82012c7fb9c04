import assert from "node:assert/strict";
import { z } from "zod";
import {
  type FieldOption,
  type Fields,
  givenFields,
  inOrder,
  listed,
  listIn,
  nameOf,
  optionsOf,
} from "./entry_fields.ts";
import { JOB_FIELDS } from "./job_fields.ts";

const CLEAR: FieldOption = { flags: "--clear", help: "", only: "edit", last: true, to: () => null };
const FIELDS: Fields = {
  from: {
    schema: z.string(),
    listed: "if set",
    options: [{ flags: "--from <hour>", help: "", value: "hour" }, CLEAR],
  },
  to: {
    schema: z.string(),
    listed: "always",
    options: [{ flags: "--to <hour>", help: "" }, CLEAR],
  },
  note: {
    schema: z.string(),
    options: [{ flags: "--note <text>", help: "", to: (text) => text.length }],
  },
  place: { schema: z.string(), options: [{ flags: "--at <x>", help: "", elsewhere: true }] },
};

Deno.test("entry fields: a command has each option once, those at the end at the end", () => {
  const flags = (which: "add" | "edit") => optionsOf(FIELDS, which).map(({ flags }) => flags);
  assert.deepEqual(flags("add"), ["--from <hour>", "--to <hour>", "--note <text>", "--at <x>"]);
  assert.deepEqual(flags("edit").at(-1), "--clear");
  assert.equal(flags("edit").length, 5);
});

Deno.test("entry fields: what is given goes where the table says, in its order", () => {
  assert.deepEqual(Object.entries(givenFields(FIELDS, { note: "abc", to: "7", at: "x" })), [
    ["to", "7"],
    ["note", 3],
  ]);
  assert.deepEqual(givenFields(FIELDS, { from: 1, clear: true }), { from: null, to: null });
  assert.deepEqual(Object.keys(inOrder(FIELDS, { note: 1, from: 2 })), ["from", "note"]);
});

Deno.test("entry fields: lists show what the table says, and what says nothing where it must", () => {
  assert.deepEqual(listed(FIELDS, { note: "hidden" }), { to: null });
  assert.deepEqual(listed(FIELDS, { from: "", to: "8" }), { to: "8" });
  assert.deepEqual(listed(FIELDS, { from: 0, to: "8" }), { from: 0, to: "8" });
});

Deno.test("entry fields: a list of texts is read, anything else is refused with an example", () => {
  assert.deepEqual(listIn('["--a","b"]'), ["--a", "b"]);
  for (const bad of ["verbose", "{}", "[1]", ""]) {
    assert.throws(() => listIn(bad), /expected a JSON list of texts/, bad);
  }
});

Deno.test("job fields: no two options of a command have one name, but --silent and --no-silent", () => {
  for (const which of ["add", "edit"] as const) {
    const names = optionsOf(JOB_FIELDS, which).map(nameOf);
    const twice = names.filter((name, index) => names.indexOf(name) < index);
    assert.deepEqual(twice, ["silent"]);
  }
});
