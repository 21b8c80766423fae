import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { programIn } from "./program";

const run = promisify(execFile);
const MINUTES_MS = 60_000;
/** The file in an environment that says which wheel it was made from. */
const MARK = "fimls-wheel.sha256";

/**
 * Make a virtual environment that has the server, from the wheel that came with the extension.
 *
 * @param folder where; what is there is kept up to date.
 * @param wheels the folder with the wheel.
 * @throws Error with a sentence for the user.
 */
export async function makeEnvironment(folder: string, wheels: string): Promise<void> {
  const wheel = findWheel(wheels);
  if (wheel === undefined) {
    throw new Error("This build of the extension has no server in it: set fimls.path.");
  }
  const python = await findPython();
  await run(python, ["-m", "venv", folder], { timeout: 2 * MINUTES_MS }).catch(() => {
    throw new Error(`${python} cannot make a virtual environment: install its module venv.`);
  });
  const install = ["-m", "pip", "install", "--quiet"];
  // First what it needs, then itself: pip keeps a version that is there, though it be another build.
  for (const how of [["--upgrade"], ["--force-reinstall", "--no-deps"]]) {
    const command = [...install, ...how, wheel];
    await run(programIn(folder, "python"), command, { timeout: 10 * MINUTES_MS }).catch(
      (error: unknown) => {
        throw new Error(`The server could not be installed (${lastLine(error)}): install it yourself, and set fimls.path.`);
      },
    );
  }
  writeFileSync(join(folder, MARK), digest(wheel));
}

/** Whether an environment has another build of the server than the one that came with us. */
export function isOutdated(folder: string, wheels: string): boolean {
  const wheel = findWheel(wheels);
  if (wheel === undefined) {
    return false;
  }
  try {
    return readFileSync(join(folder, MARK), "utf8") !== digest(wheel);
  } catch {
    return true; // made before that was written down
  }
}

function findWheel(wheels: string): string | undefined {
  try {
    const name = readdirSync(wheels).find((each) => each.endsWith(".whl"));
    return name === undefined ? undefined : join(wheels, name);
  } catch {
    return undefined;
  }
}

function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function findPython(): Promise<string> {
  const enough = "import sys; sys.exit(sys.version_info < (3, 11))";
  for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python"]) {
    try {
      await run(name, ["-c", enough], { timeout: MINUTES_MS });
      return name;
    } catch {
      // the next one
    }
  }
  throw new Error("There is no Python 3.11 or newer on the PATH: install one, then try again.");
}

function lastLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return said.trim().split("\n").at(-1) ?? "";
}
