"""Typing through a suggestion: what is left of it, and when nothing is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimls.completion.query import Completion, Query
from fimls.completion.type_through import MOST_DOCUMENTS, TypeThrough
from fimls.text import Document, Point, Text

ABOVE, BELOW = "import os\n", "\nlast = 1\n"


def at(before: str, after: str = "", *, uri: str = "file:///a.py", below: str = BELOW) -> Query:
    text = Text.parse(ABOVE + before + after + below)
    document = Document(uri=uri, language_id="python", version=1, text=text)
    return Query(document=document, cursor=Point(1, len(before)))


def suggestion(query: Query, text: str, *, replaces: int = 0) -> Completion:
    start = query.cursor
    end = Point(start.line, start.column + replaces)
    return Completion(text=text, start=start, end=end, source="engine")


def inserted(query: Query, completion: Completion) -> str:
    return str(query.document.text.replace(completion.start, completion.end, completion.text))


@given(
    before=st.text("ab (", max_size=5),
    after=st.text(")x", max_size=3),
    shown=st.text("ab )\n", min_size=1, max_size=8),
    keys=st.lists(st.integers(0, 3), max_size=4),
    replaces=st.integers(0, 3),
)
def test_with_the_rest_the_text_becomes_what_it_would_have_become(
    before: str, after: str, shown: str, keys: list[int], replaces: int
) -> None:
    through, query = TypeThrough(), at(before, after)
    completion = suggestion(query, shown, replaces=min(replaces, len(after)))
    through.keep(query, completion)
    whole, typed = inserted(query, completion), 0
    for step in keys:
        typed += step
        if "\n" in shown[:typed]:
            return
        now = at(before + shown[:typed], after)
        rest = through.rest(now)
        if rest is None:
            assert not shown[typed:].strip()
            return
        assert rest.source == "memory"
        assert rest.start == now.cursor
        assert inserted(now, rest) == whole


@pytest.mark.parametrize(
    ("after", "shown", "replaces", "keys", "behind", "left", "still_replaces"),
    [
        ("", "f(x).y", 0, "f(", ")", "x).y", 1),  # closed on the way
        ("", "f(x)", 0, "f(", ")", "x", 0),
        ("", "f([x]).y", 0, "f([", "])", "x]).y", 2),
        (")", "x);", 1, "x", ")", ");", 1),
        (")", "x);", 1, "x)", "", ";", 0),  # typed over
        ('")', 'a", b);', 2, 'a"', ")", ", b);", 1),
        ('")', 'a", b(c));', 2, 'a", b(', "))", "c));", 2),  # both
        ("", "<b>x</b>;", 0, "<b>", "</b>", "x</b>;", 4),
    ],
)
def test_what_the_editor_closes_and_types_over_is_taken_over(
    after: str, shown: str, replaces: int, keys: str, behind: str, left: str, still_replaces: int
) -> None:
    through, query = TypeThrough(), at("a ", after)
    completion = suggestion(query, shown, replaces=replaces)
    through.keep(query, completion)

    now = at("a " + keys, behind)
    rest = through.rest(now)

    assert rest is not None
    assert (rest.text, rest.end.column - rest.start.column) == (left, still_replaces)
    assert inserted(now, rest) == inserted(query, completion)


@pytest.mark.parametrize(
    ("keys", "behind"),
    [("x", ""), ("x)", "))"), ("x)", "]"), ("x", "y)"), ("x);", "")],
    ids=["closer-deleted", "not-typed-over", "another-closer", "code", "all-typed"],
)
def test_nothing_is_left_where_somebody_else_changed_what_stands_behind(
    keys: str, behind: str
) -> None:
    through, query = TypeThrough(), at("f(", ")")
    through.keep(query, suggestion(query, "x);", replaces=1))
    assert through.rest(at("f(" + keys, behind)) is None


SHOWN = at("ret")


@pytest.mark.parametrize(
    "query",
    [
        at("re"),  # taken back: before what was shown
        at("retx"),
        at("return x"),  # all of it
        at("retu", ")"),  # something else stands behind
        at("retu", below="\nlast = 2\n"),
        at("retu", below="\n\nlast = 1\n"),
        at("retu", uri="file:///b.py"),
        replace(at("retu"), automatic=False),
        replace(at("retu"), cursor=Point(2, 1)),
    ],
)
def test_nothing_is_known_elsewhere(query: Query) -> None:
    through = TypeThrough()
    through.keep(SHOWN, suggestion(SHOWN, "urn x"))
    assert through.rest(query) is None
    assert through.rest(at("retu")) is not None


def test_what_is_forgotten_is_gone_and_documents_are_bounded() -> None:
    through = TypeThrough()
    through.keep(SHOWN, suggestion(SHOWN, "urn x"))
    through.forget(SHOWN.document.uri)
    assert through.rest(at("retu")) is None

    for number in range(MOST_DOCUMENTS + 1):
        query = at("ret", uri=f"file:///{number}.py")
        through.keep(query, suggestion(query, "urn x"))
    assert through.rest(at("retu", uri="file:///0.py")) is None
    assert through.rest(at("retu", uri="file:///1.py")) is not None
