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

/** The scheme of documents that cannot be changed or saved, and that no server is told of. */
export const SCHEME = "fimls-prompt";

/** Shows what would be sent to the engine for a completion at the cursor. */
export class PromptView implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private shown = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "This text is gone: run “fimls: Show What Is Sent” again.";
  }

  async show(client: LanguageClient | undefined): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || client === undefined) {
      void vscode.window.showInformationMessage("fimls: there is no server to ask, or no file: open a file, and see the status bar.");
      return;
    }
    const { code2ProtocolConverter: convert } = client;
    try {
      const prompt = await client.sendRequest<Prompt>("fimls/prompt", {
        textDocument: convert.asTextDocumentIdentifier(editor.document),
        position: convert.asPosition(editor.selection.active),
      });
      this.texts.clear();
      const uri = vscode.Uri.from({
        scheme: SCHEME,
        path: `/What is sent: ${prompt.tokens} tokens`,
        query: String(++this.shown),
      });
      this.texts.set(uri.toString(), describe(prompt));
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      void vscode.window.showWarningMessage(`fimls: ${message}`);
    }
  }
}

function describe({ text, tokens, fragment, model, url }: Prompt): string {
  const begins = fragment === "" ? "" : `The answer must begin with ${JSON.stringify(fragment)}. `;
  return `${tokens} tokens for ${model} at ${url}. ${begins}\n${"─".repeat(72)}\n${text}`;
}
