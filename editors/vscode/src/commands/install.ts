import * as vscode from "vscode";
import { makeEnvironment } from "../server/environment";
import { ownEnvironment } from "../ways";

/** Make the server's own environment; returns whether that was done. */
export async function install(context: vscode.ExtensionContext): Promise<boolean> {
  const wheels = context.asAbsolutePath("server");
  const title = "Installing the fimls server in an environment of its own";
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title },
      async () => makeEnvironment(ownEnvironment(context), wheels),
    );
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`fimls: ${message}`);
    return false;
  }
}

/** Offer that where no server was found. */
export async function offerInstallation(context: vscode.ExtensionContext): Promise<boolean> {
  const make = "Install";
  const choose = "Say Where It Is";
  const answer = await vscode.window.showInformationMessage(
    "fimls needs its server, which is not on the PATH: install it in an environment of its own?",
    make,
    choose,
  );
  if (answer === choose) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "fimls.path");
  }
  return answer === make && (await install(context));
}
