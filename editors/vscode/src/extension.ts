import * as vscode from "vscode";
import { DidChangeConfigurationNotification } from "vscode-languageclient/node";
import { Activity } from "./activity";
import { doctor } from "./commands/doctor";
import { install, offerInstallation } from "./commands/install";
import { showMenu } from "./commands/menu";
import { showPrompt } from "./commands/prompt";
import { rewrite } from "./commands/rewrite";
import { askSecret } from "./commands/secret";
import { watchCursor } from "./cursor";
import { Secrets } from "./secrets";
import { Session } from "./session";
import { SECTION, serverSettings, switchedOff, whatIsSet, type Manifest } from "./settings";
import type { Situation } from "./status";
import { StatusBar } from "./statusBar";
import { Switchboard } from "./switchboard";
import { findWay, program } from "./ways";

const NEED_A_RESTART = ["fimls.path", "fimls.connect", "fimls.engine.apiKeyEnv"];

/** Put the extension together and start it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("fimls", { log: true });
  const names = serverSettings(context.extension.packageJSON as Manifest);
  const secrets = new Secrets(context.secrets);
  const statusBar = new StatusBar();
  const activity = new Activity(show);
  const switchboard = new Switchboard(context.workspaceState, show);
  let token: string | undefined;

  const settings = (): unknown => {
    const set = whatIsSet(names, vscode.workspace.getConfiguration(SECTION));
    return switchboard.off(undefined) === undefined ? set : switchedOff(set);
  };
  const session = new Session(
    async () => {
      token = await secrets.get("token");
      return findWay(context, secrets, log);
    },
    {
      log,
      settings,
      options: () => ({
        ...(settings() as object),
        ...(token === undefined ? {} : { hub: { token } }),
      }),
      isOn: (document) => switchboard.off(document) === undefined,
      watch: (request) => activity.during(request),
    },
    show,
  );

  let offered = false;
  function show(): void {
    statusBar.show(situation());
    if (session.link.is === "missing" && !offered) {
      offered = true;
      void offerInstallation(context).then((done) => (done ? session.restart() : undefined));
    }
  }

  function situation(): Situation {
    return {
      link: session.link,
      server: session.status,
      off: switchboard.off(vscode.window.activeTextEditor?.document),
      pace: activity.pace,
    };
  }

  function settingsChanged(event: vscode.ConfigurationChangeEvent): void {
    if (!event.affectsConfiguration(SECTION)) {
      return;
    }
    if (NEED_A_RESTART.some((name) => event.affectsConfiguration(name))) {
      void session.restart();
    } else {
      void session.client?.sendNotification(DidChangeConfigurationNotification.type, {
        settings: { [SECTION]: settings() },
      });
    }
    show();
  }

  function tellCursor({ document, selection }: vscode.TextEditor): void {
    const client = session.client;
    if (client !== undefined && switchboard.off(document) === undefined) {
      void client.sendNotification("fimls/didMoveCursor", {
        textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
        position: client.code2ProtocolConverter.asPosition(selection.active),
      });
    }
  }

  async function ask(which: "token" | "apiKey"): Promise<void> {
    if (await askSecret(secrets, which)) {
      await session.restart();
    }
  }

  const active = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;
  const commands: Record<string, () => unknown> = {
    menu: () => showMenu(situation()),
    toggle: () => switchboard.toggleEverywhere(),
    toggleLanguage: () => active() && switchboard.toggleLanguage(active()?.languageId ?? ""),
    toggleFile: () => {
      const document = active();
      return document && switchboard.toggleFile(document.uri);
    },
    rewriteSelection: () => rewrite(session.client),
    showPrompt: () => showPrompt(session.client),
    showLog: () => {
      log.show();
    },
    doctor: () => {
      doctor(program(context));
    },
    restart: () => session.restart(),
    install: async () => ((await install(context)) ? session.restart() : undefined),
    setToken: () => ask("token"),
    setApiKey: () => ask("apiKey"),
    openSettings: () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "@ext:fimls.fimls"),
    ...builtIn(),
  };
  context.subscriptions.push(
    log,
    statusBar,
    watchCursor(tellCursor),
    vscode.workspace.onDidChangeConfiguration(settingsChanged),
    vscode.workspace.onDidGrantWorkspaceTrust(() => session.restart()),
    vscode.window.onDidChangeActiveTextEditor(show),
    { dispose: () => session.stop() },
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`fimls.${name}`, run),
    ),
  );
  void session.restart();
}

/** Commands that VS Code has already, under names of ours: one place to find them all. */
function builtIn(): Record<string, () => unknown> {
  const names = {
    trigger: "trigger",
    next: "showNext",
    previous: "showPrevious",
    accept: "commit",
    acceptWord: "acceptNextWord",
    acceptLine: "acceptNextLine",
  };
  return Object.fromEntries(
    Object.entries(names).map(([ours, theirs]) => [
      ours,
      () => vscode.commands.executeCommand(`editor.action.inlineSuggest.${theirs}`),
    ]),
  );
}
