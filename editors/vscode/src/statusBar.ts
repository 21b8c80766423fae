import * as vscode from "vscode";
import { look, type Situation } from "./status";

/** The item in the status bar; it opens the menu. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "fimls.status",
    vscode.StatusBarAlignment.Right,
    100,
  );

  constructor() {
    this.item.name = "fimls";
    this.item.command = "fimls.menu";
    this.item.show();
  }

  show(situation: Situation): void {
    const { state, icon, says, warns } = look(situation);
    this.item.text = `$(${icon}) fimls${state === "ready" ? "" : `: ${state}`}`;
    this.item.tooltip = says;
    this.item.accessibilityInformation = { label: `fimls is ${state}: ${says}` };
    this.item.backgroundColor = warns
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
  }

  dispose(): void {
    this.item.dispose();
  }
}
