/** The server's settings as the user has them: table -> setting -> value, and `engines`, a list. */
export type Tables = Record<string, unknown>;

/** What of a configuration is read here; `vscode.WorkspaceConfiguration` has it. */
export interface Configuration {
  get(name: string): unknown;
  inspect(name: string): Inspected | undefined;
}

interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** The part of the manifest that lists the settings. */
export interface Manifest {
  contributes: { configuration: { properties: Record<string, unknown> }[] };
}

export const SECTION = "fimls";

/**
 * List the server's settings, without the section's name: `completion.maxLines`.
 *
 * The manifest's first group are the extension's own; the others are generated from the server's.
 */
export function serverSettings(manifest: Manifest): string[] {
  return manifest.contributes.configuration
    .slice(1)
    .flatMap((group) => Object.keys(group.properties))
    .map((name) => name.slice(SECTION.length + 1));
}

/**
 * Return what the user has set, and nothing else: a default sent from here would win over the
 * user's file.
 *
 * @param sent the names of what was sent before, which are named as unset; those sent now are added.
 */
export function whatIsSet(
  names: readonly string[],
  configuration: Configuration,
  sent = new Set<string>(),
): Tables {
  const tables: Tables = {};
  const unset: string[] = [];
  for (const name of names) {
    const found = configuration.inspect(name);
    const values = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
    const isSet = values.some((value) => value !== undefined);
    if (!isSet && !sent.has(name)) {
      continue;
    }
    if (!isSet) {
      unset.push(name);
      continue;
    }
    sent.add(name);
    const value: unknown = configuration.get(name);
    const [table = name, setting] = name.split(".");
    if (setting === undefined) {
      tables[table] = value;
    } else {
      tables[table] = { ...(tables[table] as object), [setting]: value };
    }
  }
  return unset.length === 0 ? tables : { ...tables, unset };
}

/** Return the tables for an editor where completions are switched off: nothing is read ahead. */
export function switchedOff(tables: Tables): Tables {
  return { ...tables, prompt: { ...(tables["prompt"] as object), warmUp: false } };
}
