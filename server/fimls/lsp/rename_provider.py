"""Renaming by the editor's own provider: fimls only proposes the name.

An editor that knows of one tells it for each document::

    fimls/didFindRenameProvider {"textDocument": {"uri": ...}, "isThere": true}

From then on *Rename to a better name* comes without an edit there, with a command for the editor's
side: ``fimls.rename``, with the document's URI, the position of what gets the name, and the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from fimls.lsp.server import FimServer
    from fimls.text import Document

RENAME_PROVIDER_NOTIFICATION = "fimls/didFindRenameProvider"
RENAME_COMMAND = "fimls.rename"


def did_find_rename_provider(ls: FimServer, params: Any) -> None:
    """Remember whether somebody else renames in a document.

    Raises:
        ValueError: the message is not as the module's description says.
    """
    try:
        uri, is_there = str(params["textDocument"]["uri"]), params["isThere"]
    except (KeyError, TypeError) as error:
        raise ValueError("A message about a provider lacks its document or `isThere`.") from error
    if is_there is True and ls.documents.get(uri) is not None:
        ls.renamed_elsewhere.add(uri)
    else:
        ls.renamed_elsewhere.discard(uri)


def rename_command(ls: FimServer, document: Document, offset: int, name: str) -> types.Command:
    """Return what has the editor's provider give a name to what is at an offset."""
    point = document.text.point_at(offset)
    character = document.text.units(point, ls.features.encoding)
    place = {"line": point.line, "character": character}
    title = f"Rename to `{name}`"
    return types.Command(title=title, command=RENAME_COMMAND, arguments=[document.uri, place, name])
