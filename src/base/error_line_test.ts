import assert from "node:assert/strict";
import { errorLine } from "./error_line.ts";

Deno.test("K9.1 error line: a crash of Node is told by its error", () => {
  const said = `/opt/cli/index.js:12
    throw new TypeError("boom");
    ^

TypeError: Cannot read properties of undefined (reading 'x')
    at main (/opt/cli/index.js:12:11)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2
`;
  assert.equal(errorLine(said), "TypeError: Cannot read properties of undefined (reading 'x')");
});

Deno.test("K9.1 error line: codes, causes and objects after the error don't hide it", () => {
  const said = `node:internal/modules/cjs/loader:1228
  throw err;
  ^

Error: Cannot find module '/opt/cli.js'
    at Module._load (node:internal/modules/cjs/loader:1055:27) {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v20.20.2`;
  assert.equal(errorLine(said), "Error: Cannot find module '/opt/cli.js'");
});

Deno.test("K9.1 error line: out of memory, a panic, a traceback", () => {
  const heap = `<--- Last few GCs --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb8ced1 node::OOMErrorHandler(char const*) [node]
 2: 0xf06250 v8::Utils::ReportOOMFailure [node]`;
  assert.match(errorLine(heap), /^FATAL ERROR: Reached heap limit/);
  const panic = `thread 'main' panicked at src/main.rs:5:9:
the lock is poisoned
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`;
  assert.equal(errorLine(panic), "the lock is poisoned");
  const python = `Traceback (most recent call last):
  File "a.py", line 1, in <module>
ModuleNotFoundError: No module named 'x'`;
  assert.equal(errorLine(python), "ModuleNotFoundError: No module named 'x'");
});

Deno.test("K9.1 error line: a hint after the reason is not the reason", () => {
  const said = `Configuration error in /home/u/.claude.json: JSON Parse error: Unexpected EOF

A backup file exists at: /home/u/.claude.json.backup
You can manually restore it by running: cp a b`;
  assert.match(errorLine(said), /^Configuration error in/);
});

Deno.test("K9.1 error line: what names no error is told by its last words", () => {
  assert.equal(errorLine("starting\nno room left\n\n"), "no room left");
  assert.equal(errorLine("Node.js v20.20.2\n"), "");
  assert.equal(errorLine(""), "");
});
