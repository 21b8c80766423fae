"""What is left of a suggestion while one types through it: the same text, less what was typed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from fimls.completion.auto_close_changes import in_order, only_closed
from fimls.completion.query import Completion, Query
from fimls.text import Point

MOST_DOCUMENTS = 64
"""Documents whose last suggestion is remembered."""


class TypeThrough:
    """The last suggestion of each document, as long as it is whole.

    Most keys type what is shown. Then nothing has to be read again to know where it ends and what
    the filters would take off: with the rest of it, the text becomes what it would have become. It
    replaces what the editor closes on the way, and no longer what is typed over.
    """

    def __init__(self) -> None:
        """Nothing is shown."""
        self._shown: OrderedDict[str, tuple[Query, Completion]] = OrderedDict()

    def keep(self, query: Query, completion: Completion) -> None:
        """Remember what is shown for a query; it must not grow any more."""
        uri = query.document.uri
        self._shown.pop(uri, None)
        # It is compared with this document alone.
        self._shown[uri] = replace(query, others=()), completion
        if len(self._shown) > MOST_DOCUMENTS:
            self._shown.popitem(last=False)

    def rest(self, query: Query) -> Completion | None:
        """Return what is left for a query whose text goes on as is shown, if anything is."""
        kept = self._shown.get(query.document.uri)
        if kept is None or not query.automatic:
            return None
        before, shown = kept
        line, column = before.cursor
        typed = query.cursor.column - column
        if query.cursor.line != line or typed < 0:
            return None
        said, left = shown.text[:typed], shown.text[typed:]
        old, new = before.document.text.lines, query.document.text.lines
        if not left.strip() or len(old) != len(new):
            return None
        if new[:line] != old[:line] or new[line + 1 :] != old[line + 1 :]:
            return None
        replaced = old[line][column : shown.end.column]
        end = len(new[line]) - len(old[line]) + shown.end.column
        behind = new[line][query.cursor.column : end]
        if new[line] != old[line][:column] + said + behind + old[line][shown.end.column :]:
            return None
        if behind != replaced:
            if not only_closed(behind, replaced, said) or not in_order(behind, left):
                return None
            while behind and "\n" not in left and left[-1] == behind[-1]:
                left, behind = left[:-1], behind[:-1]
            if not left.strip():
                return None
        end = Point(line, query.cursor.column + len(behind))
        rest = replace(shown, text=left, start=query.cursor, end=end, source="memory")
        self.keep(query, rest)
        return rest

    def forget(self, uri: str) -> None:
        """Forget what a document shows."""
        self._shown.pop(uri, None)
