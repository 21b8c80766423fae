"""From generated text to shown text: before | after | generated -> shown."""

from __future__ import annotations

import pytest

from fimls.completion import Query
from fimls.completion.post_processing import enough, post_process
from fimls.completion.surroundings import Surroundings
from fimls.text import Document, Point, Text


def query_at(before: str, after: str) -> Query:
    text = Text.parse(before + after)
    lines = Text.parse(before).lines
    return Query(
        document=Document(uri="file:///a.py", language_id="python", version=1, text=text),
        cursor=Point(len(lines) - 1, len(lines[-1])),
    )


@pytest.mark.parametrize(
    ("before", "after", "generated", "shown"),
    [
        pytest.param("return ", "\n", "x", "x", id="as-generated"),
        pytest.param("if x:\n", "", "    y\n    z\n", "    y\n    z", id="no-line-end-at-the-end"),
        pytest.param("print(", ")\n", '"a")', '"a"', id="rest-of-line-repeated"),
        pytest.param("f(a", ", b)\n", "bc, b)\n", "bc", id="rest-repeated-before-line-end"),
        pytest.param("x = ", "b\n", "a + ", "a + ", id="blank-before-the-rest-is-meant"),
        pytest.param("x = ", "\n", "   \n\n", "", id="blank-is-nothing"),
        pytest.param("f(", ")\n", ")", "", id="only-the-rest-is-nothing"),
        pytest.param("a\r\n", "", "b\r\nc\rd", "b\nc\nd", id="line-ends-become-lf"),
        pytest.param("url = ", "\n", '"http://a.b"', '"http://a.b"', id="never-cut-at-slashes"),
    ],
)
def test_shape(before: str, after: str, generated: str, shown: str) -> None:
    assert (
        post_process(generated, Surroundings.of(query_at(before, after))).suggestion.text == shown
    )


def test_enough_is_when_one_more_line_would_begin() -> None:
    assert not enough("a\nb", 2)
    assert enough("a\nb\n", 2)
