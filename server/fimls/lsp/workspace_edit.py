"""A change as the protocol has it, in the shape that the client can take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from lsprotocol import types

from fimls.lsp.request_errors import RequestError
from fimls.lsp.workspace_folders import path_of
from fimls.text import Text, edits_between

if TYPE_CHECKING:
    from fimls.lsp.capabilities import ClientFeatures
    from fimls.refactor import Change, NewFile
    from fimls.text import Document

_ANNOTATION = "fimls"


def workspace_edit(
    change: Change, document: Document, features: ClientFeatures, *, label: str, confirm: bool
) -> types.WorkspaceEdit:
    """Return the smallest edits that make a change of a snapshot.

    Args:
        change: what is to become of it.
        document: the snapshot.
        features: what the client can do.
        label: what the edit is for, to be shown.
        confirm: whether the client is to ask the user first.

    Raises:
        Declined: the client cannot make the files that come with the change.
    """
    can = features.edits
    annotate = can.annotations
    # A placeholder is a whole word, and an edit that an editor indents is whole lines.
    name = change.named if can.snippets and can.versions and not change.written else ""
    whole = change.written or bool(name)
    edits = [
        types.TextEdit(
            range=types.Range(
                types.Position(edit.start.line, document.text.units(edit.start, features.encoding)),
                types.Position(edit.end.line, document.text.units(edit.end, features.encoding)),
            ),
            new_text=edit.new,
        )
        # What somebody is to look at comes in whole lines, never cut inside a word.
        for edit in edits_between(document.text, Text.parse(change.after), whole=whole)
    ]
    if not can.versions and not change.new_files:
        return types.WorkspaceEdit(changes={document.uri: edits})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    changes: list[types.TextDocumentEdit | types.CreateFile] = []
    for file in change.new_files:
        changes += _create(file, document, features)
    if edits:
        changes.append(
            types.TextDocumentEdit(
                text_document=identifier,
                edits=[_noted(each, name, _ANNOTATION if annotate else None) for each in edits],
            )
        )
    annotation = types.ChangeAnnotation(
        label=label,
        needs_confirmation=confirm,
        description=change.verdict.summary if change.verdict else None,
    )
    return types.WorkspaceEdit(
        document_changes=changes,
        change_annotations={_ANNOTATION: annotation} if annotate else None,
    )


def _noted(
    edit: types.TextEdit, name: str, note: str | None
) -> types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit:
    """Return an edit with its annotation, and with a placeholder where a name is new."""
    parts = re.split(rf"(?<!\w){re.escape(name)}(?!\w)", edit.new_text) if name else []
    if len(parts) > 1:
        placeholder = f"${{1:{name}}}"
        snippet = placeholder.join(re.sub(r"([\\$}])", r"\\\1", part) for part in parts)
        return types.SnippetTextEdit(edit.range, types.StringValue(snippet), note)
    return types.AnnotatedTextEdit(note, edit.range, edit.new_text) if note else edit


def _create(
    file: NewFile, document: Document, features: ClientFeatures
) -> list[types.TextDocumentEdit | types.CreateFile]:
    if not features.edits.creates:
        raise RequestError("This needs a new file, and the editor lets no server make one.")
    if path_of(document.uri) is None:
        raise RequestError(
            "This needs a new file next to the document, which is not saved yet: save it first."
        )
    uri = urljoin(document.uri, quote(file.path))
    note = _ANNOTATION if features.edits.annotations else None
    here = types.Range(types.Position(0, 0), types.Position(0, 0))
    new = (
        types.AnnotatedTextEdit(note, here, file.text) if note else types.TextEdit(here, file.text)
    )
    return [
        # An existing file is never touched: the whole edit fails instead.
        types.CreateFile(
            uri=uri,
            options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False),
            annotation_id=note,
        ),
        types.TextDocumentEdit(
            text_document=types.OptionalVersionedTextDocumentIdentifier(uri, None), edits=[new]
        ),
    ]
