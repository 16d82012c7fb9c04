// Runs in the container as long as the sandbox does, started by ductor with `node -e`. Talks with it
// in JSON lines on stdin and stdout; see src/sandbox/bridge.ts.
//
//   → {type: "client", text}              what `ductor` inside is; written to /run/ductor/bin
//   → {type: "kill", id, marker, graceMs} ends everything that carries the marker
//   → {type: "answer", id, …}             to a call
//   ← {type: "ready"}  {type: "killed", id, left}  {type: "call", id, …}  {type: "gone", id}
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const FOLDER = "/run/ductor";
const SOCKET = `${FOLDER}/ductor.sock`;
const GIVE_UP_MS = 5000;
const waiting = new Map();
let calls = 0;

const tell = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const id = ++calls;
  socket.on("error", () => {});
  socket.on("close", () => waiting.delete(id) && tell({ type: "gone", id }));
  createInterface({ input: socket }).once("line", (line) => {
    try {
      waiting.set(id, socket);
      tell({ ...JSON.parse(line), type: "call", id });
    } catch {
      socket.destroy();
    }
  });
});

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
lines.on("line", (line) => {
  const message = JSON.parse(line);
  if (message.type === "client") begin(message.text);
  else if (message.type === "kill") {
    kill(message).then((left) => tell({ type: "killed", id: message.id, left }));
  } else if (message.type === "answer") {
    const socket = waiting.get(message.id);
    waiting.delete(message.id);
    socket?.end(line + "\n");
  }
});

function begin(client) {
  mkdirSync(`${FOLDER}/bin`, { recursive: true });
  writeFileSync(`${FOLDER}/bin/ductor`, client);
  chmodSync(`${FOLDER}/bin/ductor`, 0o755);
  rmSync(SOCKET, { force: true });
  server.listen(SOCKET, () => tell({ type: "ready" }));
}

/** All processes, by pid: parent, group, session, start; see proc(5). */
function processes() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name in parentheses may hold anything.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z" || fields[0] === "X") continue;
      const [ppid, pgid, session] = fields.slice(1, 4).map(Number);
      found.set(Number(name), { ppid, pgid, session, start: fields[19] });
    } catch {
      // Ended meanwhile.
    }
  }
  return found;
}

function carries(pid, marker) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(marker);
  } catch {
    return false;
  }
}

/** Signals all that carry `marker`, what they started, and their groups, until none is left. */
async function kill({ marker, graceMs }) {
  const seen = new Map();
  const asked = new Set();
  const deadline = Date.now() + graceMs;
  for (let round = 0;; round++) {
    const all = processes();
    const members = new Set();
    for (const [pid, info] of all) {
      if (
        pid !== process.pid && pid !== 1 && (seen.get(pid) === info.start || carries(pid, marker))
      ) {
        members.add(pid);
      }
    }
    for (let size = -1; size !== members.size;) {
      size = members.size;
      for (const [pid, info] of all) {
        if (pid === process.pid || pid === 1) continue;
        const led = (id) => id > 1 && members.has(id);
        if (led(info.ppid) || led(info.pgid) || led(info.session)) members.add(pid);
      }
    }
    for (const pid of members) seen.set(pid, all.get(pid).start);
    if (members.size === 0) return 0;
    const now = Date.now();
    if (now > deadline + GIVE_UP_MS) return members.size;
    for (const pid of members) {
      // SIGTERM once: some programs take a second one as "drop everything".
      if (now < deadline && asked.has(pid)) continue;
      asked.add(pid);
      try {
        process.kill(pid, now < deadline ? "SIGTERM" : "SIGKILL");
      } catch {
        // Ended meanwhile.
      }
    }
    await pause(Math.min(5 * 2 ** round, 100));
  }
}
