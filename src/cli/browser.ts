/** Opens a page in the user's browser; a machine without one is no error. */
export function openInBrowser(url: string): void {
  const [command, ...args] = COMMANDS[Deno.build.os] ?? ["xdg-open"];
  if (Deno.build.os === "linux" && !Deno.env.has("DISPLAY") && !Deno.env.has("WAYLAND_DISPLAY")) {
    return;
  }
  try {
    new Deno.Command(command!, { args: [...args, url], stdout: "null", stderr: "null" })
      .spawn().unref();
  } catch { /* the address is on the screen */ }
}

const COMMANDS: Partial<Record<typeof Deno.build.os, string[]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};
