"""Completions extend the item that is selected in the completion menu."""

from __future__ import annotations

import pytest

from fimls.completion import Completion, Query, Selected
from fimls.completion.selected_item import extending, with_selected
from fimls.text import Document, Point, Text


def query(selected: Selected | None) -> Query:
    document = Document(
        uri="file:///a.py", language_id="python", version=7, text=Text.parse("a\nx = os.pa)\n")
    )
    return Query(document=document, cursor=Point(1, 9), selected=selected)


def item(text: str, start: int = 7, end: int = 9, line: int = 1) -> Selected:
    return Selected(start=Point(line, start), end=Point(line, end), text=text)


def test_what_is_asked_is_what_follows_the_item() -> None:
    asked = with_selected(query(item("path")))
    assert asked is not None
    assert str(asked.document.text) == "a\nx = os.path)\n"
    assert asked.cursor == Point(1, 11)
    assert asked.selected is None
    assert asked.document.version == 7


def test_what_is_shown_replaces_what_the_item_does() -> None:
    made = Completion(text=".join(y", start=Point(1, 11), end=Point(1, 12))
    shown = extending(made, query(item("path")))
    assert shown.text == "path.join(y"
    assert (shown.start, shown.end) == (Point(1, 7), Point(1, 10))  # one more behind the cursor


@pytest.mark.parametrize(
    "selected",
    [None, item("a\nb"), item("path", line=0), item("path", start=0, end=5), item("p", 10, 10)],
    ids=["none", "several-lines", "another-line", "before-the-cursor", "behind-the-cursor"],
)
def test_nothing_can_extend_an_item_elsewhere_or_of_several_lines(
    selected: Selected | None,
) -> None:
    assert with_selected(query(selected)) is None
