import type { Range, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol";

/** What an edit makes of a file. */
export interface FileChange {
  uri: string;
  /** Of the document that the edit is for; null where that does not matter. */
  version: number | null;
  isNew: boolean;
  edits: TextEdit[];
}

/** Whether the server wants the user to look at an edit first. */
export function wantsLooking(edit: WorkspaceEdit): boolean {
  return Object.values(edit.changeAnnotations ?? {}).some((each) => each.needsConfirmation);
}

/** What speaks for an edit and what does not, as the server says it; empty where it says nothing. */
export function findings(edit: WorkspaceEdit): string {
  const said = Object.values(edit.changeAnnotations ?? {}).map((each) => each.description ?? "");
  return [...new Set(said)].filter((each) => each !== "").join("\n");
}

/** List what an edit does to each file. */
export function fileChanges(edit: WorkspaceEdit): FileChange[] {
  const found = new Map<string, FileChange>();
  const at = (uri: string): FileChange => {
    const known = found.get(uri) ?? { uri, version: null, isNew: false, edits: [] };
    found.set(uri, known);
    return known;
  };
  for (const [uri, edits] of Object.entries(edit.changes ?? {})) {
    at(uri).edits.push(...edits);
  }
  for (const change of edit.documentChanges ?? []) {
    if ("edits" in change) {
      const file = at(change.textDocument.uri);
      file.version = change.textDocument.version;
      file.edits.push(...change.edits.filter((each) => "newText" in each));
    } else if (change.kind === "create") {
      at(change.uri).isNew = true;
    }
  }
  return [...found.values()];
}

/** Return the edit as one that nobody needs to confirm any more. */
export function confirmed(edit: WorkspaceEdit): WorkspaceEdit {
  const marks = ["changeAnnotations", "annotationId"];
  const plain = (key: string, value: unknown): unknown =>
    marks.includes(key) ? undefined : value;
  return JSON.parse(JSON.stringify(edit, plain)) as WorkspaceEdit;
}

/**
 * Return a text with edits made, all of which are for the text as it is.
 *
 * @param offsetAt the offset of a position in the text.
 */
export function edited(
  text: string,
  edits: readonly TextEdit[],
  offsetAt: (position: Range["start"]) => number,
): string {
  const places = edits.map(({ range, newText }, order) => ({
    start: offsetAt(range.start),
    end: offsetAt(range.end),
    newText,
    order,
  }));
  places.sort((a, b) => a.start - b.start || a.order - b.order);
  let result = "";
  let done = 0;
  for (const { start, end, newText } of places) {
    result += text.slice(done, start) + newText;
    done = end;
  }
  return result + text.slice(done);
}
