import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

const COMMAND = "fimls.rewrite";

/**
 * Have the selected lines rewritten as an instruction says. The server sends the edit; VS Code
 * shows its preview before anything changes.
 */
export async function rewrite(client: LanguageClient | undefined): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const offered = client?.initializeResult?.capabilities.executeCommandProvider?.commands;
  if (editor === undefined || client === undefined || offered?.includes(COMMAND) !== true) {
    void vscode.window.showInformationMessage("fimls: the server offers no rewriting here.");
    return;
  }
  const range = wholeLines(editor.document, editor.selection);
  const instruction = await vscode.window.showInputBox({
    prompt: `Rewrite ${nameLines(range)} as you say`,
    placeHolder: "use a comprehension",
  });
  if (instruction === undefined || instruction.trim() === "") {
    return;
  }
  const uri = client.code2ProtocolConverter.asUri(editor.document.uri);
  const where = client.code2ProtocolConverter.asRange(range);
  const title = "fimls rewrites";
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title },
      async () => {
        await client.sendRequest(ExecuteCommandRequest.type, {
          command: COMMAND,
          arguments: [uri, where, instruction],
        });
      },
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    void vscode.window.showWarningMessage(`fimls: ${message}`);
  }
}

/** The selection's lines; one that ends before a line's first character does not take that line. */
function wholeLines(document: vscode.TextDocument, selection: vscode.Selection): vscode.Range {
  const { start, end } = selection;
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return new vscode.Range(start.line, 0, last, document.lineAt(last).text.length);
}

function nameLines({ start, end }: vscode.Range): string {
  return start.line === end.line
    ? `line ${start.line + 1}`
    : `lines ${start.line + 1} to ${end.line + 1}`;
}
