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
    matchOnDetail: true,
  });
  if (picked?.command !== undefined) {
    await vscode.commands.executeCommand(picked.command);
  }
}

function items(situation: Situation): Item[] {
  const { off } = situation;
  const language = vscode.window.activeTextEditor?.document.languageId;
  const menu: Item[] = [
    ...remedies(situation), // first, so that Enter helps
    item(off === "everywhere" ? "Switch on" : "Switch off", "fimls.toggle"),
  ];
  if (language !== undefined && off !== "everywhere") {
    menu.push(
      item(`Switch ${off === "language" ? "on" : "off"} for ${language}`, "fimls.toggleLanguage"),
      item(`Switch ${off === "file" ? "on" : "off"} for this file`, "fimls.toggleFile"),
    );
  }
  menu.push({ label: "", kind: vscode.QuickPickItemKind.Separator });
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

/** What helps where something is wrong; its reason stands there in full. */
function remedies(situation: Situation): Item[] {
  const { says } = look(situation);
  const { link, server } = situation;
  const remedy = (label: string, command: string, icon: string): Item => ({
    ...item(label, command, icon),
    detail: says,
  });
  if (link.is === "missing") {
    return [remedy("Install the server", "fimls.install", "cloud-download")];
  } else if (link.is === "untrusted") {
    return [remedy("Trust this folder", "workbench.trust.manage", "shield")];
  } else if (link.is === "misnamed") {
    return [remedy("Correct fimls.path", "fimls.openSettings", "gear")];
  } else if (link.is === "unauthorised") {
    return [remedy("Set the token", "fimls.setToken", "key")];
  } else if (server?.state !== "failing") {
    return [];
  }
  return server.cause === "BackendUnauthorised"
    ? [remedy("Set the engine's API key", "fimls.setApiKey", "key")]
    : [
        remedy("Set the engine's address", "fimls.openSettings", "gear"),
        item("Find or choose an engine", "fimls.setUpEngine", "search"),
      ];
}

function item(label: string, command: string, icon = "blank"): Item {
  return { label: `$(${icon}) ${label}`, command };
}
