import * as vscode from "vscode";
import { look, type Situation } from "../status";

interface Item extends vscode.QuickPickItem {
  command?: string;
}

/** Show what can be done now; the status bar item opens it. */
export async function showMenu(situation: Situation): Promise<void> {
  const { state, says } = look(situation);
  const picked = await vscode.window.showQuickPick(items(situation), {
    title: `fimls: ${state}`,
    placeHolder: says,
  });
  if (picked?.command !== undefined) {
    await vscode.commands.executeCommand(picked.command);
  }
}

function items({ link, off }: Situation): Item[] {
  const language = vscode.window.activeTextEditor?.document.languageId;
  const menu: Item[] = [
    item(off === "everywhere" ? "Switch on" : "Switch off", "fimls.toggle", "power"),
  ];
  if (language !== undefined && off !== "everywhere") {
    menu.push(
      item(`Switch ${off === "language" ? "on" : "off"} for ${language}`, "fimls.toggleLanguage"),
      item(`Switch ${off === "file" ? "on" : "off"} for this file`, "fimls.toggleFile"),
    );
  }
  menu.push({ label: "", kind: vscode.QuickPickItemKind.Separator });
  if (link.is === "missing") {
    menu.push(item("Install the server", "fimls.install", "cloud-download"));
  }
  if (link.is === "unauthorised") {
    menu.push(item("Set the token", "fimls.setToken", "key"));
  }
  menu.push(
    item("Rewrite with an instruction", "fimls.rewriteSelection", "edit"),
    item("Show what is sent", "fimls.showPrompt", "eye"),
    item("Show the log", "fimls.showLog", "output"),
    item("Check installation and engine", "fimls.doctor", "pulse"),
    item("Restart the server", "fimls.restart", "debug-restart"),
    item("Settings", "fimls.openSettings", "gear"),
  );
  return menu;
}

function item(label: string, command: string, icon = "blank"): Item {
  return { label: `$(${icon}) ${label}`, command };
}
