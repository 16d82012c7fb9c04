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

/** [who, what it said, the line that says why]. */
const SAID: [string, string, string][] = [
  [
    "npm",
    `npm error code ENOENT
npm error syscall open
npm error path /root/package.json
npm error enoent Could not read package.json
npm error enoent This is related to npm not being able to find a file.
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log`,
    "npm error enoent Could not read package.json",
  ],
  [
    "an older npm",
    "npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://x.org/y\nnpm ERR!     /root/a.log",
    "npm ERR! 404 Not Found - GET https://x.org/y",
  ],
  [
    "Rust, with causes",
    "Error: failed to load config\n\nCaused by:\n    0: reading a.toml\n    1: no such file\n",
    "Error: failed to load config: no such file",
  ],
  [
    "Rust, a thread with its number",
    "thread 'main' (12345) panicked at src/main.rs:5:9:\nthe lock is poisoned\nnote: run with",
    "the lock is poisoned",
  ],
  [
    "Node, with a cause",
    `Error: cannot start
    at a (x.js:1:1) {
  [cause]: Error: ENOSPC: no space left on device, write
      at b (x.js:1:2) {
    errno: -28
  }
}

Node.js v22.1.0`,
    "Error: cannot start: Error: ENOSPC: no space left on device, write",
  ],
  [
    "Node, several errors",
    `AggregateError [ECONNREFUSED]:
    at x (node:net:1117:18) {
  [errors]: [
    Error: connect ECONNREFUSED 127.0.0.1:1
        at y (node:net:1647:14) {
    }
  ]
}`,
    "AggregateError [ECONNREFUSED]: Error: connect ECONNREFUSED 127.0.0.1:1",
  ],
  [
    "an error that is a list",
    `ZodError: [\n  {\n    "code": "invalid_type",\n    "message": "Required"\n  }\n]`,
    "ZodError: Required",
  ],
  [
    "Bun",
    `Bun v1.3.1 (abc) Linux x64
Args: "bun"

panic(main thread): Segmentation fault at address 0x10
oh no: Bun has crashed. This indicates a bug in Bun, not your code.

 https://bun.report/1.3`,
    "panic(main thread): Segmentation fault at address 0x10",
  ],
  [
    "Deno",
    `error: Uncaught (in promise) TypeError: boom
    at file:///a.ts:1:2`,
    "error: Uncaught (in promise) TypeError: boom",
  ],
  [
    "Python, one after another",
    `Traceback (most recent call last):
  File "a.py", line 3, in f
FileNotFoundError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 9, in <module>
    f()
    ~^^
RuntimeError: cannot start`,
    "RuntimeError: cannot start",
  ],
  [
    "Java",
    'Exception in thread "main" java.lang.IllegalStateException: no port\n\tat a.B.c(B.java:1)\n\t... 12 more',
    'Exception in thread "main" java.lang.IllegalStateException: no port',
  ],
  [
    "Ruby",
    "/a.rb:1:in 'foo': no x (NameError)\n\tfrom /a.rb:3:in 'bar'",
    "/a.rb:1:in 'foo': no x (NameError)",
  ],
  ["colours", "\u001b[31merror\u001b[0m: it is \u001b[1mbad\u001b[0m", "error: it is bad"],
];
for (const [who, said, why] of SAID) {
  Deno.test(`K9.1 error line: ${who}`, () => assert.equal(errorLine(said), why));
}

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
