import * as vscode from "vscode";
import { isOutdated, makeEnvironment } from "../server/environment";
import { ownEnvironment } from "../ownEnvironment";

/** Bring the server's own environment up to date with the extension, where it is not. */
export async function update(context: vscode.ExtensionContext): Promise<void> {
  if (isOutdated(ownEnvironment(context), wheelsOf(context))) {
    await install(context, "Updating the fimls server");
  }
}

/** Make the server's own environment; returns whether that was done. */
export async function install(
  context: vscode.ExtensionContext,
  title = "Installing the fimls server in a private Python environment",
): Promise<boolean> {
  const wheels = wheelsOf(context);
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

function wheelsOf(context: vscode.ExtensionContext): string {
  return context.asAbsolutePath("server");
}

/** Offer that where no server was found. */
export async function offerInstallation(context: vscode.ExtensionContext): Promise<boolean> {
  const make = "Install";
  const choose = "Choose Existing...";
  const answer = await vscode.window.showInformationMessage(
    "The fimls server is not installed. Install it now in a private Python environment?",
    make,
    choose,
  );
  if (answer === choose) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "fimls.path");
  }
  return answer === make && (await install(context));
}
