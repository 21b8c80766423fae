import type { SecretStorage } from "vscode";

/** What is kept in VS Code's secret storage, never in a settings file. */
export type Secret = "token" | "apiKey";

/** The token shown to a shared server, and the engine's API key. */
export class Secrets {
  constructor(private readonly storage: SecretStorage) {}

  async get(which: Secret): Promise<string | undefined> {
    return this.storage.get(`fimls.${which}`);
  }

  /** Keep a secret; an empty one is forgotten. */
  async set(which: Secret, value: string): Promise<void> {
    await (value === ""
      ? this.storage.delete(`fimls.${which}`)
      : this.storage.store(`fimls.${which}`, value));
  }
}
