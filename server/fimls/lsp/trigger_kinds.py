"""Whether somebody typed or asked by hand, in either numbering of LSP's drafts.

Until December 2023 the numbers were VS Code's own: 0 by hand, 1 while typing. LSP 3.18 has 1 and 2,
but vscode-languageclient 9 and others go on sending the old ones. A 1 alone says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lsprotocol.types import InlineCompletionTriggerKind as Kind


class TriggerKinds:
    """What one client means by its numbers; it is learnt from what the client sends.

    A 0 proves the old numbers and a 2 today's. What is missing or unknown counts as typing, which
    costs the engine least and obeys the user's settings.
    """

    def __init__(self) -> None:
        """Today's numbers, until the client shows otherwise."""
        self._old = False

    def of_client(self, initialize: object) -> None:
        """Take a first guess by the parameters of ``initialize``.

        vscode-languageclient 9 registers inline completion dynamically, and knows nothing of what
        LSP 3.18 added to workspace edits.
        """
        declared = _at(_at(initialize, "capabilities"), "textDocument")
        edits = _at(_at(_at(initialize, "capabilities"), "workspace"), "workspaceEdit")
        registers = _at(_at(declared, "inlineCompletion"), "dynamicRegistration") is True
        new = _at(edits, "metadataSupport") is not None or _at(edits, "snippetEditSupport")
        self._old = registers and not new

    def read(self, kind: object) -> Kind:
        """Return what a request's number means."""
        if isinstance(kind, bool) or not isinstance(kind, int | float):
            return Kind.Automatic
        if kind == 0:
            self._old = True
            return Kind.Invoked
        if kind == 2:
            self._old = False
        return Kind.Invoked if kind == 1 and not self._old else Kind.Automatic


def _at(table: object, name: str) -> Any:
    return cast("Mapping[str, Any]", table).get(name) if isinstance(table, Mapping) else None
