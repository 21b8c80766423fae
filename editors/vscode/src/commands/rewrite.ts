import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";
import { sayUnlessCancelled, type Actions } from "../actions";
import { cancellable } from "../progress";

const COMMAND = "fimls.rewrite";

/**
 * Have the selected lines rewritten as an instruction says. The server sends the edit, which
 * is shown before anything changes.
 */
export async function rewrite(
  client: LanguageClient | undefined,
  actions: Actions,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const offered = client?.initializeResult?.capabilities.executeCommandProvider?.commands;
  if (editor === undefined || client === undefined || offered?.includes(COMMAND) !== true) {
    void vscode.window.showInformationMessage("fimls: the server offers no rewriting here: see the status bar.");
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
  const params = { command: COMMAND, arguments: [uri, where, instruction] };
  try {
    await cancellable(`fimls rewrites ${nameLines(range)}`, async (token) =>
      actions.untilShown(client.sendRequest(ExecuteCommandRequest.type, params, token)),
    );
  } catch (error) {
    sayUnlessCancelled(error);
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
