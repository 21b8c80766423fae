import * as vscode from "vscode";
import type { Secret, Secrets } from "../secrets";

const PROMPTS: Record<Secret, string> = {
  token: "Token for the shared server (fimls.connect)",
  apiKey: "API key of the engine",
};

/** Ask for a secret and keep it; returns whether it may have changed. */
export async function askSecret(secrets: Secrets, which: Secret): Promise<boolean> {
  const value = await vscode.window.showInputBox({
    prompt: `${PROMPTS[which]}; empty forgets it`,
    password: true,
    ignoreFocusOut: true,
  });
  if (value !== undefined) {
    await secrets.set(which, value.trim());
  }
  return value !== undefined;
}
