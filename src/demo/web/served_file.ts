/** A file that is in a chat. */
export interface ChatFile {
  name: string;
  mime: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Shown in the page; everything else is only ever downloaded, so nothing a bot sends can run here. */
const SHOWN = /^(image\/(?!svg)|video\/|audio\/)/;

/** Answers with a file or the part of it that was asked for, which players need for seeking. */
export function serveFile(file: ChatFile, request: Request, download: boolean): Response {
  const shown = SHOWN.test(file.mime) && !download;
  const name = encodeURIComponent(file.name).replace(/['()]/g, escape);
  const headers = new Headers({
    "content-type": shown ? file.mime : "application/octet-stream",
    "content-disposition": `${shown ? "inline" : "attachment"}; filename*=UTF-8''${name}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "accept-ranges": "bytes",
    // A file id never means other bytes.
    "cache-control": "private, max-age=86400, immutable",
  });
  const size = file.bytes.length;
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!range || (range[1] === "" && range[2] === "")) {
    headers.set("content-length", String(size));
    return new Response(file.bytes, { headers });
  }
  const suffix = range[1] === "";
  const from = suffix ? Math.max(0, size - Number(range[2])) : Number(range[1]);
  const to = suffix || range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (from > to) {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set("content-range", `bytes ${from}-${to}/${size}`);
  headers.set("content-length", String(to - from + 1));
  return new Response(file.bytes.subarray(from, to + 1), { status: 206, headers });
}
