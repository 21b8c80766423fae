import * as vscode from "vscode";

/** Run `fimls doctor` in a terminal. */
export function doctor(program: string | undefined): void {
  if (program === undefined) {
    void vscode.window.showInformationMessage(
      "fimls: the server's program is not on this machine, so `fimls doctor` cannot run.",
    );
    return;
  }
  // The program is the terminal's process: no shell reads its path.
  const terminal = vscode.window.createTerminal({
    name: "fimls doctor",
    shellPath: program,
    shellArgs: ["doctor"],
    isTransient: true,
  });
  terminal.show();
}
