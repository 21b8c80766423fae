/** Where a document is, as far as it matters for being on or off. */
export interface Place {
  uri: string;
  languageId: string;
}

/** Why there are no completions: everywhere, for the language or for the file. */
export type Off = "everywhere" | "language" | "file";

/** Where completions are switched off. */
export interface Switches {
  enabled: boolean;
  languages: readonly string[];
  files: readonly string[];
}

/** Return why there are no completions in a place, or undefined where they are on. */
export function offIn(place: Place | undefined, switches: Switches): Off | undefined {
  if (!switches.enabled) {
    return "everywhere";
  }
  if (place === undefined) {
    return undefined;
  }
  if (switches.languages.includes(place.languageId)) {
    return "language";
  }
  return switches.files.includes(place.uri) ? "file" : undefined;
}

/** Return the list without an entry that it has, or with one that it has not. */
export function toggled(list: readonly string[], entry: string): string[] {
  return list.includes(entry) ? list.filter((each) => each !== entry) : [...list, entry];
}
