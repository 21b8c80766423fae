import * as vscode from "vscode";
import type { Secrets } from "./secrets";
import type { Way } from "./session";
import { parseAddress } from "./server/address";
import { connect } from "./server/connect";
import { launch } from "./server/launch";
import { findProgram, programIn } from "./server/program";
import { SECTION } from "./settings";

/** The folder of the environment that the extension makes. */
export function ownEnvironment(context: vscode.ExtensionContext): string {
  return vscode.Uri.joinPath(context.globalStorageUri, "environment").fsPath;
}

/** Return the server's program, if there is one. */
export function program(context: vscode.ExtensionContext): string | undefined {
  const named = vscode.workspace.getConfiguration(SECTION).get<string>("path", "");
  return findProgram(named, process.env["PATH"] ?? "", programIn(ownEnvironment(context)));
}

/**
 * Return how the server is reached: where the user says that one runs, or by starting its program,
 * which is done for trusted workspaces only.
 */
export async function findWay(
  context: vscode.ExtensionContext,
  secrets: Secrets,
  log: vscode.LogOutputChannel,
): Promise<Way> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const where = settings.get<string>("connect", "");
  if (where !== "") {
    const token = await secrets.get("token");
    return { is: "remote", open: async () => connect(parseAddress(where), token) };
  }
  if (!vscode.workspace.isTrusted) {
    return { is: "none", because: "untrusted" };
  }
  const found = program(context);
  if (found === undefined) {
    return { is: "none", because: "missing" };
  }
  const key = await secrets.get("apiKey");
  const variable = settings.get("engine.apiKeyEnv", "FIMLS_API_KEY");
  const environment = key === undefined ? {} : { [variable]: key };
  const write = (line: string): void => {
    log.info(line);
  };
  return { is: "program", open: () => launch(found, environment, write) };
}
