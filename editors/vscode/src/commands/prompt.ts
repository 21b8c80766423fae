import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

/** The answer to `fimls/prompt`. */
interface Prompt {
  text: string;
  tokens: number;
  fragment: string;
  model: string;
  url: string;
}

/** Show what would be sent to the engine for a completion at the cursor. */
export async function showPrompt(client: LanguageClient | undefined): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || client === undefined) {
    void vscode.window.showInformationMessage("fimls: there is no server to ask, or no editor.");
    return;
  }
  const { code2ProtocolConverter: convert } = client;
  try {
    const prompt = await client.sendRequest<Prompt>("fimls/prompt", {
      textDocument: convert.asTextDocumentIdentifier(editor.document),
      position: convert.asPosition(editor.selection.active),
    });
    const document = await vscode.workspace.openTextDocument({ content: describe(prompt) });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    void vscode.window.showWarningMessage(`fimls: ${message}`);
  }
}

function describe({ text, tokens, fragment, model, url }: Prompt): string {
  const begins = fragment === "" ? "" : `The answer must begin with ${JSON.stringify(fragment)}. `;
  return `${tokens} tokens for ${model} at ${url}. ${begins}\n${"─".repeat(72)}\n${text}`;
}
