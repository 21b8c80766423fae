import * as vscode from "vscode";

/** What takes longer is shown, in milliseconds. */
const SHOWN_AFTER_MS = 400;

/** Await work; where it takes long, show that, with a button that cancels it. */
export async function cancellable<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const working = work(source.token);
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, token) => {
        token.onCancellationRequested(() => {
          source.cancel();
        });
        await working.catch(() => undefined);
      },
    );
  }, SHOWN_AFTER_MS);
  try {
    return await working;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
