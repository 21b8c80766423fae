import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { WorkspaceEdit } from "vscode-languageserver-protocol";
import { confirmed, edited, fileChanges, findings, type FileChange } from "./changes";

const SCHEME = "fimls-change";
const SHOWN = "fimls.changeIsShown";

/** Shows what an edit changes as a diff, and makes it if the user accepts it. */
export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private number = 0;
  private decide: ((accepted: boolean) => void) | undefined;
  private readonly watching = vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
    if (closed.some(isOurs)) {
      this.decide?.(false);
    }
  });

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  accept(): void {
    this.decide?.(true);
  }

  discard(): void {
    this.decide?.(false);
  }

  /**
   * Ask the user about an edit, and make it.
   *
   * @param shown called when the user sees it.
   * @returns whether it was made.
   */
  async ask(
    title: string,
    edit: WorkspaceEdit,
    client: LanguageClient,
    shown: () => void = () => undefined,
  ): Promise<boolean> {
    this.discard(); // what is shown already
    const changes = fileChanges(edit);
    const versions = await this.show(title, changes, client);
    shown();
    await vscode.commands.executeCommand("setContext", SHOWN, true);
    const accepted = await this.answer([title, findings(edit)].filter((each) => each !== "").join(". "));
    await vscode.commands.executeCommand("setContext", SHOWN, false);
    await closeTabs();
    if (!accepted) {
      return false;
    }
    if (versions.some(({ document, version }) => document.version !== version)) {
      void vscode.window.showWarningMessage(
        "fimls: the text has changed since, so nothing was changed. Ask again.",
      );
      return false;
    }
    const made = await client.protocol2CodeConverter.asWorkspaceEdit(confirmed(edit));
    return vscode.workspace.applyEdit(made);
  }

  dispose(): void {
    this.discard();
    this.watching.dispose();
  }

  private async answer(title: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.decide = (accepted) => {
        this.decide = undefined;
        resolve(accepted);
      };
      const decide = this.decide;
      void vscode.window.showInformationMessage(title, "Accept", "Discard").then((answer) => {
        if (answer !== undefined && this.decide === decide) {
          decide(answer === "Accept");
        }
      });
    });
  }

  /** Show the diff; returns the documents that the edit is for, as they are now. */
  private async show(
    title: string,
    changes: readonly FileChange[],
    client: LanguageClient,
  ): Promise<{ document: vscode.TextDocument; version: number }[]> {
    this.texts.clear();
    const number = ++this.number;
    const versions: { document: vscode.TextDocument; version: number }[] = [];
    const sides: [vscode.Uri, vscode.Uri, vscode.Uri][] = [];
    for (const { uri, edits, isNew } of changes) {
      const file = client.protocol2CodeConverter.asUri(uri);
      const side = (name: string, text: string): vscode.Uri => {
        const virtual = file.with({ scheme: SCHEME, query: `${name} ${number}`, authority: "" });
        this.texts.set(virtual.toString(), text);
        return virtual;
      };
      if (isNew) {
        const text = edits.map(({ newText }) => newText).join("");
        sides.push([file, side("before", ""), side("after", text)]);
        continue;
      }
      const document = await vscode.workspace.openTextDocument(file);
      const position = client.protocol2CodeConverter;
      const after = edited(document.getText(), edits, (at) =>
        document.offsetAt(position.asPosition(at)),
      );
      versions.push({ document, version: document.version });
      sides.push([file, file, side("after", after)]);
    }
    const [only] = sides;
    await (sides.length === 1 && only !== undefined
      ? vscode.commands.executeCommand("vscode.diff", only[1], only[2], title)
      : vscode.commands.executeCommand("vscode.changes", title, sides));
    return versions;
  }
}

/** Register what the diff needs; returns it. */
export function makePreview(): { preview: Preview; registered: vscode.Disposable } {
  const preview = new Preview();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, preview);
  return { preview, registered: vscode.Disposable.from(preview, provider) };
}

function isOurs({ input }: vscode.Tab): boolean {
  if (input instanceof vscode.TabInputTextDiff) {
    return input.modified.scheme === SCHEME;
  }
  // That of several files is no class of the API of the oldest VS Code that we support.
  const several = input as { textDiffs?: { modified: vscode.Uri }[] } | undefined;
  return several?.textDiffs?.some(({ modified }) => modified.scheme === SCHEME) ?? false;
}

async function closeTabs(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isOurs);
  if (tabs.length > 0) {
    await vscode.window.tabGroups.close(tabs);
  }
}
