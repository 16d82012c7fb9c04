import assert from "node:assert/strict";
import { which } from "../../src/process/which.ts";
import { docxOf, pdfOf, xlsxOf } from "../support/documents.ts";
import { FakeTools } from "../support/fake_tools.ts";
import { withBot } from "../support/bot_bench.ts";
import { OGG, PNG } from "../support/media.ts";
import { type Program, programs, runProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

const PATH = Deno.env.get("PATH") ?? "";
const missing = await which("ffmpeg", { path: PATH }) === undefined
  ? " (skipped: ffmpeg is missing)"
  : "";

const WHISPER = `while [ $# -gt 0 ]; do
  case "$1" in --output_dir) out="$2"; shift;; /*) file="$1";; esac; shift
done
name=$(basename "$file"); printf '{"text":" hello ","language":"en"}' > "$out/\${name%.*}.json"`;

interface Bench {
  temp: TempFolder;
  /** Puts a file where the user's files are; returns the path as agents write it. */
  put(name: string, content: Uint8Array | string): Promise<string>;
  // deno-lint-ignore no-explicit-any -- whatever JSON the command prints
  call(...args: string[]): Promise<{ code: number; json: any; stderr: string }>;
  env: Record<string, string>;
}

async function withFiles(program: Program, fn: (bench: Bench) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  const folder = temp.at("workspace", "telegram_files", "2026-11-23");
  await Deno.mkdir(folder, { recursive: true });
  const env: Record<string, string> = { DUCTOR_HOME: temp.path };
  await fn({
    temp,
    env,
    async put(name, content) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
      return `telegram_files/2026-11-23/${name}`;
    },
    async call(...args) {
      const { code, stdout, stderr } = await runProgram(program, ["file", ...args], env);
      return { code, stderr, json: stdout.startsWith("{") ? JSON.parse(stdout) : stdout };
    },
  });
}

for (const program of programs()) {
  Deno.test(`ductor file reads what the user sent, in parts (${program.label})`, () =>
    withFiles(program, async ({ put, call }) => {
      const pdf = await put("report.pdf", pdfOf(["first page", "second page"]));
      const { code, json } = await call("read", pdf, "--page", "2");
      assert.equal(code, 0);
      assert.deepEqual(json, {
        ...{ path: pdf, format: "pdf", unit: "page", pages: 2, first_page: 2, last_page: 2 },
        ...{ from: 0, to: 11, more: false, total: 11, text: "second page" },
      });
      const docx = await put("a.docx", docxOf("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>"));
      assert.equal((await call("read", docx)).json.text, "Hello");
      const xlsx = await put("a.xlsx", xlsxOf([["S", "<row><c><v>1</v></c></row>"]]));
      assert.equal((await call("read", xlsx)).json.text, "[sheet 1: S]\n1");
      const text = await put("it's.txt", "0123456789");
      const part = (await call("read", text, "--from", "3", "--max", "4")).json;
      assert.equal(part.text, "3456");
      assert.equal(
        part.next,
        `ductor file read 'telegram_files/2026-11-23/it'\\''s.txt' --from 7 --max 4`,
      );
    }));

  Deno.test(`ductor file list and info say what there is (${program.label})`, () =>
    withFiles(program, async ({ put, call }) => {
      const image = await put("photo.png", PNG);
      const pdf = await put("report.pdf", pdfOf(["a", "b", "c"]));
      const listed = (await call("list", "--type", "image")).json;
      assert.deepEqual([listed.count, listed.files[0].path], [1, image]);
      const info = (await call("info", pdf)).json;
      assert.deepEqual([info.kind, info.pages, info.next], ["pdf", 3, `ductor file read ${pdf}`]);
      assert.deepEqual((await call("info", image)).json.width, 1);
      const refused = await call("read", image);
      assert.equal(refused.code, 1);
      assert.match(refused.json.hint, /Look at it yourself/);
    }));
}

const [source] = programs() as [Program];

Deno.test("ductor file opens neither secrets nor, when narrowed, files elsewhere", () =>
  withFiles(source, async ({ temp, put, call }) => {
    await Deno.mkdir(temp.at("config"));
    const config = (more: object) =>
      Deno.writeTextFile(temp.at("config", "config.json"), JSON.stringify(more));
    await config({});
    await put("x", "");
    await Deno.symlink(temp.at("config", "config.json"), temp.at("workspace", "innocent.txt"));
    for (
      const path of ["../config/config.json", temp.at("config", "config.json"), "innocent.txt"]
    ) {
      const { code, json } = await call("read", path);
      assert.equal(code, 1);
      assert.match(json.error, /keys or settings/, path);
    }
    await Deno.writeTextFile(temp.at("outside.txt"), "text");
    assert.equal((await call("read", "../outside.txt")).json.text, "text");
    await config({ file_access: "workspace" });
    assert.match((await call("read", "../outside.txt")).json.error, /outside of the folders/);
    assert.match((await call("read", "none.txt")).json.error, /There is no file none\.txt/);
  }));

Deno.test("for an agent in the sandbox only the copies count that were handed over", () =>
  withFiles(source, async ({ put, call, env, temp }) => {
    const path = await put("a.txt", "of the host");
    env.DUCTOR_CONFINED = "1";
    for (const asked of [path, temp.at("workspace", path), "/etc/hostname"]) {
      const { code, json } = await call("read", asked);
      assert.equal(code, 1);
      assert.match(json.error, /There is no file/);
    }
  }));

Deno.test("wrong usage of ductor file ends with 2 and says what was expected", () =>
  withFiles(source, async ({ call }) => {
    const cases: [string[], RegExp][] = [
      [["reed", "x"], /Did you mean read/],
      [["read"], /missing required argument 'path'/],
      [["read", "x", "--page", "0"], /whole number from 1/],
      [["list", "--date", "2026-02-30"], /a day such as/],
      [["video", "x", "--frames", "17"], /from 1 to 16/],
      [["transcribe", "x", "--language", "German"], /such as en or de/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await call(...args);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, message);
    }
  }));

Deno.test("without a transcriber ductor file transcribe says what to install", () =>
  withFiles(source, async ({ put, call, env, temp }) => {
    const voice = await put("voice.ogg", "OggS");
    env.PATH = temp.path;
    const { code, json } = await call("transcribe", voice);
    assert.equal(code, 1);
    assert.match(json.hint, /openai-whisper/);
    assert.equal(json.details.length, 3);
  }));

Deno.test({
  name: `a video gives pictures in the workspace, and what whisper hears${missing}`,
  ignore: missing !== "",
  fn: () =>
    withFiles(source, async ({ put, call, env, temp }) => {
      const path = await put("clip.mp4", "");
      const { success } = await new Deno.Command("ffmpeg", {
        args: [
          ...["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=d=2:s=64x64:r=5"],
          ...["-f", "lavfi", "-i", "sine=d=2", "-shortest", temp.at("workspace", path)],
        ],
      }).output();
      assert.ok(success);
      const { folder } = await FakeTools.make(temp.at("bin"), { whisper: WHISPER });
      env.PATH = `${folder}:${PATH}`;
      const { code, json } = await call("video", path, "--frames", "3");
      assert.equal(code, 0);
      assert.equal(json.frames.length, 3);
      assert.match(json.frames[0].path, /^telegram_files\/\.frames\/\S+\/clip_frame_01\.jpg$/);
      for (const { path } of json.frames) {
        assert.ok((await Deno.stat(temp.at("workspace", path))).size > 0);
      }
      assert.deepEqual(json.sound, { text: "hello", language: "en", by: "whisper" });
    }),
});

Deno.test("a voice message reaches the agent as what was said in it", () =>
  withBot(async ({ alice, claude, until }) => {
    alice.sendFile({ kind: "voice", bytes: OGG });
    await until(() => claude.turns.length > 0);
    assert.match(claude.turns[0]!.text, /What the user says, as a friend .*:\n> call me$/m);
  }, { bot: { listen: () => Promise.resolve({ text: "call me", by: "a friend" }) } }));

Deno.test({
  name: `in the sandbox the pictures of a video lie beside it${missing}`,
  ignore: missing !== "",
  async fn() {
    await using temp = await TempFolder.make();
    const room = await Deno.makeTempDir({ dir: temp.path });
    const { success } = await new Deno.Command("ffmpeg", {
      args: ["-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5", `${room}/clip.mp4`],
    }).output();
    assert.ok(success);
    const { command, args } = source;
    const { code, stdout } = await new Deno.Command(command, {
      args: [...args, "file", "video", `${room}/clip.mp4`, "--frames", "2"],
      cwd: room,
      env: { DUCTOR_HOME: temp.at("home"), DUCTOR_CONFINED: "1" },
    }).output();
    assert.equal(code, 0);
    const json = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(
      json.frames.map(({ path }: { path: string }) => path),
      [`${room}/clip_frame_01.jpg`, `${room}/clip_frame_02.jpg`],
    );
    assert.equal(json.sound_note, "The video has no sound.");
    const names = (await Array.fromAsync(Deno.readDir(room), ({ name }) => name)).sort();
    assert.deepEqual(names, ["clip.mp4", "clip_frame_01.jpg", "clip_frame_02.jpg"]);
  },
});
