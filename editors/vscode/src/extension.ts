import * as vscode from "vscode";
import { DidChangeConfigurationNotification } from "vscode-languageclient/node";
import { Actions } from "./actions";
import { Activity } from "./activity";
import { doctor } from "./commands/doctor";
import { setUpEngine } from "./commands/engineSetup";
import { install, offerInstallation } from "./commands/install";
import { showMenu } from "./commands/menu";
import { PromptView, SCHEME as PROMPT } from "./commands/prompt";
import { rewrite } from "./commands/rewrite";
import { askSecret } from "./commands/secret";
import { watchCursor } from "./cursor";
import { inOurWords } from "./messages";
import { makePreview } from "./preview";
import { Secrets } from "./secrets";
import { Session } from "./session";
import { SECTION, serverSettings, switchedOff, whatIsSet, type Manifest } from "./settings";
import type { Situation } from "./status";
import { StatusBar } from "./statusBar";
import { Switchboard } from "./toggles";
import { findWay, whatToCheck } from "./serverLocation";

const NEED_A_RESTART = ["fimls.path", "fimls.connect", "fimls.ca", "fimls.engine.apiKeyEnv"];

/** Put the extension together and start it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("fimls", { log: true });
  const names = serverSettings(context.extension.packageJSON as Manifest);
  const secrets = new Secrets(context.secrets);
  const statusBar = new StatusBar();
  const activity = new Activity(show);
  const switchboard = new Switchboard(context.workspaceState, show);
  const prompts = new PromptView();
  const { preview, registered } = makePreview();
  const actions: Actions = new Actions(preview, () => session.client);
  let token: string | undefined;

  const sent = new Set<string>();
  const settings = (): unknown => {
    const set = whatIsSet(names, vscode.workspace.getConfiguration(SECTION), sent);
    return switchboard.off(undefined) === undefined ? set : switchedOff(set);
  };
  const session: Session = new Session(
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
      actions: actions.middleware,
      inOurWords: inOurWords(names),
    },
    show,
  );

  let offered = false;
  let ran = false;
  function show(): void {
    statusBar.show(situation());
    const runs = session.link.is === "running";
    if (runs && !ran) {
      note("serverRuns");
      const editor = vscode.window.activeTextEditor;
      if (editor !== undefined) {
        tellCursor(editor); // it rested there before there was a server
      }
    }
    ran = runs;
    if (session.status?.state === "ready") {
      note("engineAnswers");
    }
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
    rewriteSelection: () => rewrite(session.client, actions),
    showPrompt: () => prompts.show(session.client),
    acceptChange: () => {
      preview.accept();
    },
    discardChange: () => {
      preview.discard();
    },
    showLog: () => {
      log.show();
    },
    doctor: async () => {
      if (await doctor(await whatToCheck(context, secrets, settings()))) {
        note("engineAnswers");
      }
    },
    setUpEngine: async () => {
      if (await setUpEngine(await whatToCheck(context, secrets, settings()))) {
        await session.restart();
      }
    },
    restart: () => session.restart(),
    install: async () => ((await install(context)) ? session.restart() : undefined),
    setToken: () => ask("token"),
    setApiKey: () => ask("apiKey"),
    openSettings: openOurSettings,
    ...builtIn(),
  };
  context.subscriptions.push(
    log,
    statusBar,
    registered,
    actions.register(),
    vscode.workspace.registerTextDocumentContentProvider(PROMPT, prompts),
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

/** Take note of a step of the walkthrough that is done. */
function note(step: "serverRuns" | "engineAnswers"): void {
  void vscode.commands.executeCommand("setContext", `fimls.${step}`, true);
}

/** Open the settings; those of a remote machine are on a tab of its own, which is asked about. */
async function openOurSettings(): Promise<void> {
  const query = "@ext:fimls.fimls";
  const user = { label: "Suggestions and code actions", description: "yours, on every machine" };
  const machine = { label: "Engine, shared server, program", description: "of the remote machine" };
  const title = "fimls: which settings?";
  const remote = vscode.env.remoteName !== undefined;
  const which = remote ? await vscode.window.showQuickPick([machine, user], { title }) : user;
  if (which !== undefined) {
    const command = which === user ? "openGlobalSettings" : "openRemoteSettings";
    await vscode.commands.executeCommand(`workbench.action.${command}`, { query });
  }
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
