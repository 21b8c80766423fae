import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** What tells whether a file can be run; tests have their own. */
export type CanRun = (file: string) => boolean;

/**
 * Where the server's program is: as the user says, else on the PATH, else in the environment that
 * the extension made.
 *
 * @param named the setting `fimls.path`, empty where it is not set.
 * @returns undefined where there is none; a `named` one that cannot be run is not replaced.
 */
export function findProgram(
  named: string,
  path: string,
  own: string,
  canRun: CanRun = isExecutable,
): string | undefined {
  if (named !== "") {
    return isAbsolute(named) && canRun(named) ? named : undefined;
  }
  const folders = path.split(delimiter).filter(isAbsolute); // "." would be the workspace
  return [...folders.map((folder) => join(folder, programName("fimls"))), own].find((file) =>
    canRun(file),
  );
}

/** The program in a virtual environment. */
export function programIn(environment: string, name = "fimls"): string {
  return join(environment, process.platform === "win32" ? "Scripts" : "bin", programName(name));
}

function programName(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
