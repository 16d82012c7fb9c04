#!/usr/bin/env node
// `ductor` in the sandbox: hands its command line to the one on the host, which does what agents may
// do. Files that a command reads are read here, so that it sees no more than the agent does.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";

const MAX_BYTES = 64 * 1024 * 1024;
const argv = process.argv.slice(2);

function fail(text) {
  process.stderr.write(text + "\n");
  process.exit(1);
}

/** Whether the argument names a file that the command is to read. */
function isInput(index) {
  if (argv[0] === "file") return index >= 2;
  return index > 0 && /^--([a-z-]+-)?file$/.test(argv[index - 1]) && argv[0] !== "send";
}

const files = [];
let total = 0;
argv.forEach((arg, index) => {
  if (arg.startsWith("-") || !isInput(index)) return;
  try {
    if (!statSync(arg).isFile()) return;
    const content = readFileSync(arg);
    total += content.length;
    if (total > MAX_BYTES) fail(`${arg} is too large: at most ${MAX_BYTES / 1024 / 1024} MB.`);
    const path = resolve(arg);
    files.push({
      index,
      name: basename(path),
      folder: dirname(path),
      data: content.toString("base64"),
    });
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") fail(`${arg}: ${error.message}`);
  }
});
const stdin = argv.includes("-") ? readFileSync(0, "utf8") : undefined;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name.startsWith("DUCTOR_")),
);

const socket = connect("/run/ductor/ductor.sock");
socket.on(
  "error",
  () => fail("ductor on the host cannot be reached from the sandbox just now. Try again."),
);
socket.write(JSON.stringify({ argv, cwd: process.cwd(), env, files, stdin }) + "\n");
let answered = false;
createInterface({ input: socket }).once("line", (line) => {
  answered = true;
  const { code, out, err, made = [] } = JSON.parse(line);
  const folder = files[0]?.folder ?? process.cwd();
  for (const { name, data } of made) {
    writeFileSync(join(folder, basename(name)), Buffer.from(data, "base64"));
  }
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
  socket.end();
});
socket.on("close", () => answered || fail("ductor on the host did not answer."));
