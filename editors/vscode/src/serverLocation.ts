import * as vscode from "vscode";
import type { Check } from "./commands/doctor";
import { update } from "./commands/install";
import { ownEnvironment } from "./ownEnvironment";
import type { Secrets } from "./secrets";
import type { Way } from "./session";
import { parseAddress } from "./server/address";
import { connect } from "./server/connect";
import { launch } from "./server/launch";
import { findProgram, programIn } from "./server/program";
import { SECTION } from "./settings";

/** Return the setting `fimls.path`. */
function named(): string {
  return vscode.workspace.getConfiguration(SECTION).get<string>("path", "");
}

/** Return the server's program, if there is one. */
export function program(context: vscode.ExtensionContext): string | undefined {
  return findProgram(named(), process.env["PATH"] ?? "", programIn(ownEnvironment(context)));
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
    const authority = settings.get<string>("ca", "");
    return { is: "remote", open: async () => connect(parseAddress(where), token, authority) };
  }
  if (!vscode.workspace.isTrusted) {
    return { is: "none", because: "untrusted" };
  }
  const found = program(context);
  if (found === undefined) {
    const why = `fimls.path is "${named()}", which is not there, or no program: correct it, or empty it.`;
    return named() === "" ? { is: "none", because: "missing" } : { is: "none", because: "misnamed", why };
  }
  if (found === programIn(ownEnvironment(context))) {
    await update(context);
  }
  const environment = await keyVariable(secrets);
  const write = (line: string): void => {
    log.info(line);
  };
  return { is: "program", open: () => launch(found, environment, write) };
}

/** Return the variable that hands the engine's API key to the server, where there is one. */
async function keyVariable(secrets: Secrets): Promise<Record<string, string>> {
  const key = await secrets.get("apiKey");
  const variable = vscode.workspace
    .getConfiguration(SECTION)
    .get("engine.apiKeyEnv", "FIMLS_API_KEY");
  return key === undefined ? {} : { [variable]: key };
}

/** Return what `fimls doctor` is to look at: the shared server, or the engine as it is set here. */
export async function whatToCheck(
  context: vscode.ExtensionContext,
  secrets: Secrets,
  settings: unknown,
): Promise<Check> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const where = configuration.get<string>("connect", "");
  if (where === "") {
    return {
      program: program(context),
      arguments: ["--settings", JSON.stringify(settings)],
      environment: await keyVariable(secrets),
    };
  }
  const authority = configuration.get<string>("ca", "");
  const token = await secrets.get("token");
  return {
    program: program(context),
    arguments: ["--connect", where, ...(authority === "" ? [] : ["--ca", authority])],
    environment: token === undefined ? {} : { FIMLS_HUB_TOKEN: token },
  };
}
