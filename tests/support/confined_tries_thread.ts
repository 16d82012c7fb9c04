/// <reference lib="deno.worker" />
import { symlink } from "../../src/base/symlink.ts";

/** Inside: the home, where all is allowed; outside: a folder that the bot has nothing to do with. */
self.onmessage = async ({ data: [inside, outside, skills, port] }: MessageEvent<string[]>) => {
  const tries: Record<string, () => unknown> = {
    "write at home": () => Deno.writeTextFile(`${inside}/new`, "x"),
    "write in temp": () => Deno.makeTempDir(),
    "link a skill": () => symlink(inside!, `${skills}/mine`),
    "connect to this machine": () => Deno.connect({ port: Number(port) }),
    "start a program": () => new Deno.Command("true").output(),
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
    "listen for everybody": () => Deno.listen({ hostname: "0.0.0.0", port: 0 }),
    "load a library": () => Deno.dlopen("/lib/x.so", {}),
    "give itself more": async () => {
      const { state } = await Deno.permissions.request({ name: "write" });
      if (state !== "granted") throw new Deno.errors.NotCapable(state);
    },
    "have a thread with more": () =>
      new Worker(import.meta.url, { type: "module", deno: { permissions: { write: true } } }),
  };
  const ended: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      const made = await attempt();
      (made as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
      ended[name] = "done";
    } catch (error) {
      ended[name] = (error as Error).name;
    }
  }
  self.postMessage(ended);
};
