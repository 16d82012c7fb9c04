/** The container engine of this machine, for tests on a real one. */
import { dockerCommand } from "../../src/sandbox/docker.ts";

/** More for the build of the image; see sandbox_engine.sh. */
export const buildArgs = (Deno.env.get("DUCTOR_TEST_BUILD_ARGS") ?? "").split(" ")
  .filter((arg) => arg);
export const docker = dockerCommand("docker");

/** Whether there is one that answers. */
export const engine = await docker(["info", "--format", "{{.ServerVersion}}"], { timeoutMs: 5000 })
  .then(({ code, stdout }) => code === 0 && stdout.trim() !== "", () => false);
// deno-lint-ignore no-console -- a test that does not run says so
if (!engine) console.log("skipped: no Docker engine");
