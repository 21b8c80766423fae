import * as vscode from "vscode";
import { offIn, toggled, type Off, type Switches } from "./switches";
import { SECTION } from "./settings";

const FILES = "fimls.offFiles";
const LANGUAGES = "completion.excludeLanguages";

/** Where completions are on: for everything and for languages by settings, for files remembered. */
export class Switchboard {
  /**
   * @param memory where files are remembered.
   * @param changed called after a file was switched; of settings VS Code tells.
   */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly changed: () => void,
  ) {}

  /** Return why there are no completions in a document, or undefined where they are on. */
  off(document: vscode.TextDocument | undefined): Off | undefined {
    const place = document && { uri: document.uri.toString(), languageId: document.languageId };
    return offIn(place, this.switches());
  }

  async toggleEverywhere(): Promise<void> {
    const enabled = !this.switches().enabled;
    await settings().update("enabled", enabled, vscode.ConfigurationTarget.Global);
  }

  /** Switch a language; the server sends no text of one that is off anywhere. */
  async toggleLanguage(language: string): Promise<void> {
    const languages = toggled(this.switches().languages, language);
    await settings().update(LANGUAGES, languages, vscode.ConfigurationTarget.Global);
  }

  async toggleFile(uri: vscode.Uri): Promise<void> {
    await this.memory.update(FILES, toggled(this.switches().files, uri.toString()));
    this.changed();
  }

  private switches(): Switches {
    return {
      enabled: settings().get("enabled", true),
      languages: settings().get<string[]>(LANGUAGES, []),
      files: this.memory.get<string[]>(FILES, []),
    };
  }
}

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(SECTION);
}
