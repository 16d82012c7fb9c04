import assert from "node:assert/strict";
import { HostLauncher } from "../process/launcher.ts";
import { FileError } from "./file_error.ts";
import { listener } from "./listen.ts";
import type { Tools } from "./tool.ts";
import { transcribe } from "./transcribe.ts";
import { FakeTools } from "../../tests/support/fake_tools.ts";
import { isRunning } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

/** Writes what whisper would, to where it is told to. */
const WHISPER = `while [ $# -gt 0 ]; do
  case "$1" in --output_dir) out="$2"; shift;; /*) file="$1";; esac; shift
done
name=$(basename "$file"); printf '{"text":" hello there ","language":"en"}' > "$out/\${name%.*}.json"`;

const WHISPER_CLI = `while [ $# -gt 0 ]; do
  case "$1" in --output-file) out="$2";; esac; shift
done
printf '{"result":{"language":"de"},"transcription":[{"text":" guten"},{"text":" Tag"}]}' > "$out.json"`;

const FFMPEG = 'for last; do :; done; printf sound > "$last"';

interface Bench {
  tools: Tools;
  file: { path: string; size: number };
  calls(): Promise<string[]>;
  home: string;
}

/** Only the given programs are there, and only these variables. */
async function withTools(
  scripts: Record<string, string>,
  fn: (bench: Bench) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await using temp = await TempFolder.make();
  const fakes = await FakeTools.make(temp.at("bin"), scripts);
  await Deno.writeTextFile(temp.at("voice one.ogg"), "sound");
  const own: Record<string, string> = { HOME: temp.path, ...env };
  await fn({
    tools: {
      launcher: new HostLauncher({
        env: () => ({ PATH: temp.at("bin"), ...own }),
        // The scripts are run by a shell and use what is there; it is not looked up by us.
        folders: ["/usr/bin", "/bin"],
      }),
      env: { get: (name) => own[name] },
      signal: new AbortController().signal,
    },
    file: { path: temp.at("voice one.ogg"), size: 5 },
    calls: () => fakes.calls(),
    home: temp.path,
  });
}

/** A service like OpenAI's on this computer. */
async function withService(
  respond: (request: Request) => Response | Promise<Response>,
  fn: (env: Record<string, string>) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, respond);
  await fn({
    OPENAI_API_KEY: "sk-secret",
    OPENAI_BASE_URL: `http://127.0.0.1:${server.addr.port}/v1/`,
  });
}

Deno.test("whisper is asked first; nothing leaves the computer then", () =>
  withService(() => {
    throw new Error("Nobody should ask");
  }, (env) =>
    withTools({ whisper: WHISPER, ffmpeg: FFMPEG }, async ({ tools, file, calls }) => {
      assert.deepEqual(await transcribe({ ...file, language: "en" }, tools), {
        text: "hello there",
        language: "en",
        by: "whisper",
      });
      const [call = ""] = await calls();
      assert.match(call, /^whisper \/\S.*voice one\.ogg --model small .*--language en$/);
    }, env)));

Deno.test("whisper.cpp is given a wave file and a model from the usual folders", () =>
  withTools(
    { "whisper-cli": WHISPER_CLI, ffmpeg: FFMPEG },
    async ({ tools, file, calls, home }) => {
      await assert.rejects(transcribe(file, tools), (error: FileError) => {
        assert.match(error.more.details?.join() ?? "", /there is no model; put a ggml-base\.bin/);
        return true;
      });
      await Deno.mkdir(`${home}/.cache/whisper.cpp`, { recursive: true });
      for (const name of ["ggml-tiny.en.bin", "ggml-base.bin", "notes.txt"]) {
        await Deno.writeTextFile(`${home}/.cache/whisper.cpp/${name}`, "");
      }
      assert.deepEqual(await transcribe(file, tools), {
        text: "guten Tag",
        language: "de",
        by: "whisper.cpp",
      });
      const [convert = "", call = ""] = await calls();
      assert.match(convert, /^ffmpeg .*-format_whitelist \S+ -i \/.*voice one\.ogg .*sound\.wav$/);
      assert.match(call, /--model \S+ggml-base\.bin --file \S+sound\.wav --language auto/);
    },
  ));

Deno.test("OpenAI gets the file as it is, with the key", async () => {
  const asked: { auth: string | null; path: string; fields: unknown }[] = [];
  await withService(async (request) => {
    const form = await request.formData();
    const file = form.get("file") as File;
    asked.push({
      auth: request.headers.get("authorization"),
      path: new URL(request.url).pathname,
      fields: [form.get("model"), form.get("language"), file.name, await file.text()],
    });
    return Response.json({ text: "bonjour ", language: "french" });
  }, (env) =>
    withTools({}, async ({ tools, file }) => {
      assert.deepEqual(await transcribe({ ...file, language: "fr" }, tools), {
        text: "bonjour",
        language: "french",
        by: "OpenAI",
      });
    }, env));
  assert.deepEqual(asked, [{
    auth: "Bearer sk-secret",
    path: "/v1/audio/transcriptions",
    fields: ["whisper-1", "fr", "voice one.ogg", "sound"],
  }]);
});

Deno.test("when one transcriber fails the next is asked; when all do, each says why", () =>
  withService(
    () => Response.json({ error: { message: "Incorrect API key: sk-secret." } }, { status: 401 }),
    (env) =>
      withTools({ whisper: "echo no memory >&2; exit 3", ffmpeg: FFMPEG }, async (bench) => {
        await assert.rejects(transcribe(bench.file, bench.tools), (error: Error) => {
          assert.match(error.message, /whisper failed with exit code 3: no memory/);
          assert.match(error.message, /OpenAI answers 401: Incorrect API key: \(key\)/);
          assert.ok(!error.message.includes("sk-secret"));
          return true;
        });
      }, env),
  ));

Deno.test("without a transcriber the error says what to install, and listening gives nothing", () =>
  withTools({}, async ({ tools, file }) => {
    await assert.rejects(transcribe(file, tools), (error: FileError) => {
      assert.match(error.message, /no transcriber/);
      assert.match(
        error.more.hint ?? "",
        /pip install openai-whisper.*whisper-cpp.*OPENAI_API_KEY/,
      );
      assert.equal(error.more.details?.length, 3);
      return true;
    });
    assert.equal(await listener(tools.launcher, tools.env)(file, tools.signal), undefined);
  }));

Deno.test("a transcriber that takes too long is ended with all it started", () =>
  withTools(
    { whisper: 'sleep 600 & echo $! > "$HOME/child"; touch "$HOME/running"; wait', ffmpeg: FFMPEG },
    async ({ tools, file, home }) => {
      const limit = new AbortController();
      const watcher = Deno.watchFs(home);
      const result = transcribe(file, { ...tools, signal: limit.signal });
      for await (const { paths } of watcher) {
        if (paths.some((path) => path.endsWith("running"))) break;
      }
      limit.abort();
      await assert.rejects(result, /took too long, or was stopped/);
      const pid = Number(await Deno.readTextFile(`${home}/child`));
      assert.equal(await isRunning(pid), false);
    },
  ));
