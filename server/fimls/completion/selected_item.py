"""The item that is selected in the editor's ordinary completion menu.

Editors show an inline completion beside the menu only if it extends that item, so what is asked for
is what follows once the item is accepted. Source: LSP 3.18, ``SelectedCompletionInfo``.
"""

from __future__ import annotations

from dataclasses import replace

from fimls.completion.query import Completion, Query
from fimls.text import Point


def with_selected(query: Query) -> Query | None:
    """Return the query of an editor in which the selected item has been accepted.

    None for an item that does not stand around the cursor on its line, or that has several lines (a
    snippet's, say): no completion can extend that, and an editor shows no other beside its menu.
    """
    selected, cursor = query.selected, query.cursor
    if selected is None or {selected.start.line, selected.end.line} != {cursor.line}:
        return None
    around = selected.start.column <= cursor.column <= selected.end.column
    if not around or "\n" in selected.text or "\r" in selected.text:
        return None
    text = query.document.text.replace(selected.start, selected.end, selected.text)
    return replace(
        query,
        document=query.document.edit(text, version=query.document.version),
        cursor=Point(cursor.line, selected.start.column + len(selected.text)),
        selected=None,
    )


def extending(completion: Completion, query: Query) -> Completion:
    """Return the completion of a query with a selected item, made for it being accepted."""
    selected = query.selected
    assert selected is not None
    behind = completion.end.column - completion.start.column
    return replace(
        completion,
        text=selected.text + completion.text,
        start=selected.start,
        end=Point(selected.end.line, selected.end.column + behind),
    )
