import * as vscode from "vscode";

/** How long the cursor must rest before the server is told, in milliseconds. */
const REST_MS = 200;

/**
 * Tell where the cursor comes to rest, so that the engine can read ahead there. What typing moves
 * it to is not told: the server is asked for a completion then.
 */
export function watchCursor(tell: (editor: vscode.TextEditor) => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const soon = (editor: vscode.TextEditor | undefined): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (editor !== undefined && editor === vscode.window.activeTextEditor) {
        tell(editor);
      }
    }, REST_MS);
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(soon),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      soon(textEditor);
    }),
    vscode.workspace.onDidChangeTextDocument(() => {
      // It comes before the selection's change that typing makes, or after it.
      setTimeout(() => {
        clearTimeout(timer);
      });
    }),
    new vscode.Disposable(() => {
      clearTimeout(timer);
    }),
  );
}
