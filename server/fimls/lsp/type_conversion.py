"""From LSP's types to ours and back: the only place that converts requests and answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from fimls.completion.query import Completion, Query, Selected
from fimls.refactor import Problem, Selection
from fimls.text import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fimls.syntax import Parsed
    from fimls.text import Document, Encoding


@dataclass(frozen=True, slots=True)
class ActionsAsked:
    """A request for code actions, and the snapshot that it was made for, if that is open."""

    params: types.CodeActionParams
    document: Document | None


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


def from_completion(
    params: types.CompletionParams, document: Document, encoding: Encoding
) -> Query:
    """Return what a request for the menu asks of a snapshot.

    Editors ask the same way while one types and by hand.
    """
    position = params.position
    cursor = document.text.point(position.line, position.character, encoding)
    return Query(document=document, cursor=cursor)


def to_menu(
    completions: Sequence[Completion], document: Document, encoding: Encoding, *, as_is: bool
) -> types.CompletionList:
    """Return completions of a snapshot as items of a menu.

    Menus match items with the word before the cursor, so an item begins with that word. `as_is`
    says that the client can be told not to indent an item's lines.
    """
    items = [_item(each, document, encoding) for each in completions]
    for item in items if as_is else ():
        item.insert_text_mode = types.InsertTextMode.AsIs
    return types.CompletionList(is_incomplete=True, items=items)


def from_code_action(
    params: types.CodeActionParams,
    document: Document,
    encoding: Encoding,
    parsed: Parsed | None,
    *,
    renamed_elsewhere: bool = False,
) -> Selection:
    """Return what a request for code actions is about."""
    start, end = _offsets(params.range, document, encoding)
    problems: list[Problem] = []
    for each in params.context.diagnostics:
        first, last = _offsets(each.range, document, encoding)
        problems.append(
            Problem(
                start=first,
                end=last,
                message=each.message,
                code=str(each.code) if each.code is not None else "",
                source=each.source or "",
            )
        )
    return Selection(
        document=document,
        text=str(document.text),
        start=start,
        end=end,
        problems=tuple(problems),
        parsed=parsed,
        renamed_elsewhere=renamed_elsewhere,
    )


def _offsets(where: types.Range, document: Document, encoding: Encoding) -> tuple[int, int]:
    """Return a range as two offsets in reading order."""
    text = document.text
    one, other = (
        text.offset(text.point(place.line, place.character, encoding))
        for place in (where.start, where.end)
    )
    return min(one, other), max(one, other)


def _item(completion: Completion, document: Document, encoding: Encoding) -> types.CompletionItem:
    start, line = completion.start, document.text.lines[completion.start.line]
    word = re.search(r"\w*\Z", line[: start.column])
    begin = Point(start.line, word.start() if word else start.column)
    text = line[begin.column : start.column] + completion.text
    first, _, more = text.strip().partition("\n")
    return types.CompletionItem(
        label=first.rstrip() + ("…" if more else ""),
        kind=types.CompletionItemKind.Text,
        detail="fimls",
        documentation=text if more else None,
        filter_text=text.partition("\n")[0] or text,
        sort_text="\uffff",  # behind what language servers know
        insert_text_format=types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(
            new_text=text,
            range=types.Range(
                start=_position(begin, document, encoding),
                end=_position(completion.end, document, encoding),
            ),
        ),
    )


def _position(point: Point, document: Document, encoding: Encoding) -> types.Position:
    return types.Position(line=point.line, character=document.text.units(point, encoding))
