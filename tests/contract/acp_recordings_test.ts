/** What was recorded of the real agents, played back: the adapter says the same, and shows all of it. */

import assert from "node:assert/strict";
import { type FakeChild, FakeLauncher } from "../support/fake_child.ts";
import { agentFor, conversation, FOLDER, RECORDED, recording } from "./acp_recordings.ts";

/** Plays a recording: what the agent said comes once it has been told all that stands before. */
function play(lines: readonly string[]): FakeLauncher & { left(): number } {
  let at = 0;
  const said: string[] = [];
  const goOn = (child: FakeChild) => {
    while (at < lines.length) {
      const line = lines[at]!;
      if (line.startsWith("< ")) child.say(line.slice(2));
      else {
        // What was written at once may have crossed what was read.
        const found = said.indexOf(line.slice(2));
        if (found < 0) return;
        said.splice(found, 1);
      }
      at++;
    }
  };
  const launcher = new FakeLauncher();
  launcher.onLaunch = (child) => {
    child.onWrite = (message) => {
      said.push(JSON.stringify(message));
      goOn(child);
    };
  };
  return Object.assign(launcher, { left: () => lines.length - at });
}

for (const name of RECORDED) {
  Deno.test(`acp: a recorded conversation with ${name} is said and shown as it was`, async () => {
    const lines = (await Deno.readTextFile(recording(name))).trim().split("\n");
    const player = play(lines);
    const events = await conversation(agentFor(name, player), {
      cwd: FOLDER,
      permissionMode: "default",
      extraArgs: [],
      env: {},
    });
    assert.equal(player.left(), 0, "all of it was said");
    assert.equal(events.filter((event) => event.startsWith("asks ")).length, 2);
    assert.deepEqual(events.filter((event) => event.startsWith("tool ")), [
      "tool start touch one; echo made",
      "tool end touch one; echo made true",
      "tool start touch two",
      "tool end touch two false",
      "tool start touch three",
      "tool end touch three true",
    ]);
    const results = events.filter((event) => event.startsWith("result "));
    assert.equal(results.length, 4);
    assert.match(results[0]!, /demo agent/);
    assert.match(results[1]!, /made/);
  });
}
