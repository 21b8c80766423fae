"""From LSP's types to ours and back: the only place that converts requests and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.completion.query import Completion, Query, Selected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.text import Document, Encoding, Point


def from_inline_completion(
    params: types.InlineCompletionParams, document: Document, encoding: Encoding
) -> Query:
    """Return what a request asks of a snapshot."""
    position, info = params.position, params.context.selected_completion_info
    selected = None
    if info is not None:
        start, end = info.range.start, info.range.end
        selected = Selected(
            start=document.text.point(start.line, start.character, encoding),
            end=document.text.point(end.line, end.character, encoding),
            text=info.text,
        )
    return Query(
        document=document,
        cursor=document.text.point(position.line, position.character, encoding),
        automatic=params.context.trigger_kind == types.InlineCompletionTriggerKind.Automatic,
        selected=selected,
    )


def to_inline_completion(
    completions: Sequence[Completion], document: Document, encoding: Encoding
) -> types.InlineCompletionList:
    """Return completions of a snapshot for the editor.

    Invariant: every item has a range. Without one Neovim inserts where the cursor is when the
    answer arrives.
    """
    return types.InlineCompletionList(
        items=[
            types.InlineCompletionItem(
                insert_text=completion.text,
                range=types.Range(
                    start=_position(completion.start, document, encoding),
                    end=_position(completion.end, document, encoding),
                ),
            )
            for completion in completions
        ]
    )


def _position(point: Point, document: Document, encoding: Encoding) -> types.Position:
    return types.Position(line=point.line, character=document.text.units(point, encoding))
