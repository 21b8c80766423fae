"""Comments behind code are dropped where the file has none, and only there."""

from __future__ import annotations

import pytest

from fimls.completion.surroundings import Surroundings
from fimls.completion.trailing_comment import without_trailing_comments


@pytest.mark.parametrize(
    ("before", "text", "shown"),
    [
        pytest.param("    x = ", "1  # the first", "1", id="behind-code"),
        pytest.param("    x = 1", "  # the first", "", id="nothing-else"),
        pytest.param("", "x = 1  # one\ny = 2  # two\n", "x = 1\ny = 2\n", id="on-each-line"),
        pytest.param("    ", "# what comes next\n    y = 2", None, id="a-line-of-its-own"),
        pytest.param("x = 1  # the ", "first # of all", None, id="one-that-the-user-began"),
        pytest.param("x = '", "a # b'", None, id="in-a-string-begun-before"),
        pytest.param("x = ", "'a # b' + \"c # d\"", None, id="in-strings"),
        pytest.param("x = ", "'it\\'s # b'  # c", "'it\\'s # b'", id="behind-an-escaped-quote"),
        pytest.param("echo ", "$#x", None, id="no-blank-before"),
        pytest.param("t << %(", " a #{x}, b)", None, id="an-expression-of-ruby"),
        pytest.param("t << %[", " #{x}]", None, id="an-expression-behind-a-blank"),
        pytest.param("", "def f():\n    '''x # y'''\n    z = 1  # one", None, id="docstring"),
    ],
)
def test_golden(before: str, text: str, shown: str | None) -> None:
    around = Surroundings(
        above=("import os", "# a comment"), before=before, below=("y = 1",), language_id="python"
    )
    result = without_trailing_comments(text, around)
    assert result == (text if shown is None else shown)
    assert without_trailing_comments(result, around) == result


@pytest.mark.parametrize(
    "around",
    [
        Surroundings(above=("x = 0  # zero",), language_id="python"),
        Surroundings(below=("x = 0  # zero",), language_id="python"),
        Surroundings(above=('"""Begun',), language_id="python"),
        Surroundings(language_id="c"),
        Surroundings(language_id="markdown"),
    ],
    ids=["used-above", "used-below", "inside-a-docstring", "other-mark", "prose"],
)
def test_it_stays(around: Surroundings) -> None:
    assert without_trailing_comments("x = 1  # one", around) == "x = 1  # one"
