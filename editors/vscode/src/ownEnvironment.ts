import * as vscode from "vscode";

/** The folder of the environment that the extension makes. */
export function ownEnvironment(context: vscode.ExtensionContext): string {
  return vscode.Uri.joinPath(context.globalStorageUri, "environment").fsPath;
}
