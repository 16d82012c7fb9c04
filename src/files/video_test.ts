import assert from "node:assert/strict";
import { HostLauncher } from "../process/launcher.ts";
import { which } from "../process/which.ts";
import { humanSize } from "./info.ts";
import { probe } from "./probe.ts";
import { frameCount, frameFolder, frames } from "./video.ts";
import { imageInfoOf } from "./image_info.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const missing = await which("ffmpeg", { path: Deno.env.get("PATH") ?? "" }) === undefined
  ? " (skipped: ffmpeg is missing)"
  : "";

const tools = () => ({
  launcher: new HostLauncher(),
  env: Deno.env,
  signal: new AbortController().signal,
});

async function ffmpeg(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-nostdin", "-v", "error", "-y", ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("a longer video gives more pictures, but never more than eight unasked", () => {
  const counts = [0, 0.4, 3, 4, 20, 30, 60, 96, 3600].map(frameCount);
  assert.deepEqual(counts, [1, 1, 3, 2, 5, 8, 5, 8, 8]);
});

Deno.test("folders of pictures go after a day, and nothing else does", async () => {
  await using temp = await TempFolder.make();
  const day = 86_400_000;
  const start = Date.UTC(2026, 10, 23);
  const first = await frameFolder(temp.at("frames"), start);
  await Deno.writeTextFile(`${first}/a.jpg`, "");
  await Deno.mkdir(temp.at("frames", "mine"));
  const second = await frameFolder(temp.at("frames"), start + day - 1);
  assert.equal((await Deno.stat(`${first}/a.jpg`)).isFile, true);
  await frameFolder(temp.at("frames"), start + day);
  await assert.rejects(Deno.stat(first), Deno.errors.NotFound);
  assert.equal((await Deno.stat(second)).isDirectory, true);
  assert.equal((await Deno.stat(temp.at("frames", "mine"))).isDirectory, true);
});

Deno.test({
  name: `pictures are taken evenly from a video, none larger than a model needs${missing}`,
  ignore: missing !== "",
  async fn() {
    await using temp = await TempFolder.make();
    const path = temp.at("clip.mp4");
    await ffmpeg(
      ...["-f", "lavfi", "-i", "testsrc=d=4:s=1600x400:r=5"],
      ...["-f", "lavfi", "-i", "sine=d=4", "-shortest", path],
    );
    const file = { path, name: "my clip!.mp4" };
    const { media, frames: found } = await frames(file, { folder: temp.path, count: 2 }, tools());
    assert.ok(media.audio !== undefined && Math.abs(media.duration! - 4) < 0.3);
    assert.deepEqual(found.map(({ at }) => Math.round(at)), [1, 3]);
    assert.match(found[0]!.path, /my_clip_frame_01\.jpg$/);
    const { type, width, height } = (await imageInfoOf(found[0]!.path))!;
    assert.deepEqual([type, width, height], ["image/jpeg", 1024, 256]);
  },
});

Deno.test({
  name: `a playlist that calls itself a video shows no other file${missing}`,
  ignore: missing !== "",
  async fn() {
    await using temp = await TempFolder.make();
    await ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", temp.at("secret.ts"));
    const lists = {
      "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n",
      "concat.txt": "ffconcat version 1.0\nfile secret.ts\n",
    };
    for (const [name, text] of Object.entries(lists)) {
      await Deno.writeTextFile(temp.at(name), text);
      // Without our care ffmpeg does follow it.
      const { success } = await new Deno.Command("ffprobe", {
        args: ["-v", "error", temp.at(name)],
      })
        .output();
      assert.ok(success, `${name} is no playlist to ffmpeg, so nothing is tested`);
      await assert.rejects(probe(temp.at(name), tools()), /ffprobe failed/, name);
    }
  },
});

Deno.test("sizes are shown as people read them", () => {
  assert.deepEqual([0, 999, 1500, 20_480, 999_600, 5e9].map(humanSize), [
    ...["0 B", "999 B", "1.5 KB", "20 KB", "1.0 MB", "5.0 GB"],
  ]);
});
