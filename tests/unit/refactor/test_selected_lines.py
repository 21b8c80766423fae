from __future__ import annotations

import pytest

from fimls.refactor.selected_lines import selected_lines
from support.selecting import select


@pytest.mark.parametrize(
    ("marked", "lines"),
    [
        pytest.param("a\n<[b]>\nc\n", "b", id="one line"),
        pytest.param("a\n<[b\n]>c\n", "b", id="not the line where it ends"),
        pytest.param("a\r\n<[b\r\nc\r\n]>d\r\n", "b\r\nc", id="crlf"),
        pytest.param(
            "if a:\n    b(<[c]>)\n    d\n", "b(c)", id="part of a line, without its blanks"
        ),
        pytest.param("if a:\n    b(<|>c)\n    d\n", "b(c)", id="a bare cursor is its statement"),
        pytest.param(
            "def f():\n    retu<|>rn (\n        1)\n", "return (\n        1)", id="of two"
        ),
        pytest.param("a\n<|>\n\nb\n", "", id="nothing"),
        pytest.param("<[]>", "", id="empty"),
    ],
)
def test_selected_lines(marked: str, lines: str):
    selection = select(marked)
    start, end = selected_lines(selection)
    assert selection.text[start:end] == lines


def test_without_a_grammar_a_bare_cursor_is_its_line():
    selection = select("one\ntw<|>o\n", "unheard-of")
    assert selected_lines(selection) == (4, 7)
