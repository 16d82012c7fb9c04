/// <reference lib="deno.worker" />
import { newCommand } from "../../src/base/command.ts";
import { handOver, processEnv } from "../../src/base/process_env.ts";
import { symlink } from "../../src/base/symlink.ts";
import { hostProcessTable } from "../../src/process/process_table.ts";
import { howTheyEnd } from "./tries.ts";

/** Inside: the home, where all is allowed; outside: a folder that the bot has nothing to do with. */
self.onmessage = async (
  { data: [env, inside, outside, skills, port, own, hooks] }: MessageEvent<
    [Record<string, string>, ...string[]]
  >,
) => {
  handOver(env);
  const tries: Record<string, () => unknown> = {
    "write at home": () => Deno.writeTextFile(`${inside}/new`, "x"),
    "write in temp": () => Deno.makeTempDir(),
    "link a skill": () => symlink(inside!, `${skills}/mine`),
    "connect to this machine": () => Deno.connect({ port: Number(port) }),
    "reach its own Bot API server": () =>
      Deno.connect({ hostname: "127.0.0.2", port: Number(own) }),
    "listen where webhooks are received": () =>
      Deno.listen({ hostname: "0.0.0.0", port: Number(hooks) }),
    "listen at another port there": () => Deno.listen({ hostname: "0.0.0.0", port: 0 }),
    "start a shell": () => newCommand("sh", { args: ["-c", "exit"] }).output(),
    "start a CLI that was installed since": async () => {
      await Deno.writeTextFile(`${inside}/claude`, "#!/bin/sh\n", { mode: 0o700 });
      await newCommand(`${inside}/claude`).output();
    },
    "start one with libraries of its own": () =>
      ran(newCommand("sh", {
        args: ["-c", '[ "$LD_LIBRARY_PATH" = /nowhere ]'],
        env: { LD_LIBRARY_PATH: "/nowhere" },
      })),
    "end a group of processes": async () => {
      const child = newCommand("sh", { args: ["-c", "cat"], stdin: "piped", detached: true })
        .spawn();
      await hostProcessTable().signal([child.pid], "SIGKILL");
      await child.status;
      await child.stdin.abort().catch(() => {});
    },
    "know what it was started with": () => {
      if (processEnv.get("HOME") === undefined) throw new Error("no HOME");
    },
    "read elsewhere": () => Deno.readTextFile(`${outside}/there`),
    "write elsewhere": () => Deno.writeTextFile(`${outside}/new`, "x"),
    "make a folder elsewhere": () => Deno.mkdir(`${outside}/folder`),
    "remove elsewhere": () => Deno.remove(`${outside}/there`),
    "rename to elsewhere": () => Deno.rename(`${inside}/new`, `${outside}/new`),
    "change rights elsewhere": () => Deno.chmod(`${outside}/there`, 0o777),
    "link from elsewhere": () => Deno.link(`${outside}/there`, `${inside}/hard`),
    "link to elsewhere": () => Deno.symlink(outside!, `${inside}/soft`),
    "read another's environment": () => Deno.readTextFile("/proc/1/environ"),
    "connect elsewhere": () => Deno.connect({ hostname: "192.0.2.1", port: 443 }),
    "fetch elsewhere": () => fetch("https://192.0.2.1/"),
    "fetch from OpenAI without a key": () => fetch("https://api.openai.com/"),
    "listen elsewhere": () => Deno.listen({ hostname: "127.0.0.3", port: 0 }),
    "reach another port of that server": () => Deno.connect({ hostname: "127.0.0.2", port: 1 }),
    "start another program": () => new Deno.Command("/bin/true").output(),
    "start one of a name it may, elsewhere": async () => {
      await Deno.writeTextFile(`${inside}/new-claude`, "#!/bin/sh\n", { mode: 0o700 });
      await Deno.mkdir(`${inside}/other`);
      await Deno.rename(`${inside}/new-claude`, `${inside}/other/claude`);
      await newCommand(`${inside}/other/claude`).output();
    },
    "end a process that is not its child": () => Deno.kill(Deno.pid, "SIGCONT"),
    "read the real environment": () => Deno.env.toObject(),
    "read a variable": () => Deno.env.get("HOME"),
    "set a variable": () => Deno.env.set("HOME", "/"),
    "load a library": () => Deno.dlopen("/lib/x.so", {}),
    "give itself more": async () => {
      const { state } = await Deno.permissions.request({ name: "write" });
      if (state !== "granted") throw new Deno.errors.NotCapable(state);
    },
    "have a thread with more": () =>
      new Worker(import.meta.url, { type: "module", deno: { permissions: { write: true } } }),
  };
  self.postMessage(await howTheyEnd(tries));
};

async function ran(program: Deno.Command): Promise<void> {
  const { code } = await program.output();
  if (code !== 0) throw new Error(`exit code ${code}`);
}
