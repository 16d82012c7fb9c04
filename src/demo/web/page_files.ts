const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** The page as it lies in the repository, and in the executable, which embeds `assets`. */
const ROOT = new URL("../../../assets/demo/", import.meta.url);

/** A file of the page, or undefined when there is none of that name. `""` is the page itself. */
export async function pageFile(name: string): Promise<Response | undefined> {
  const file = name === "" ? "index.html" : name;
  const extension = /^[a-z0-9_]+\.([a-z]+)$/.exec(file)?.[1] ?? "";
  const type = TYPES[extension];
  if (!type) return undefined;
  try {
    const bytes = await Deno.readFile(new URL(file, ROOT));
    return new Response(bytes, { headers: { "content-type": type } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
