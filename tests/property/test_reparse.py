"""Parsing what changed gives the tree of the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fimls.syntax import parse, reparse

PIECES = (
    "def f(a):\n",
    "    return a\n",
    "x = 'é😀'\n",
    "(",
    ")",
    "'",
    "\n",
    "if x:\n",
    " ",
    "\ud800",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_tree_is_that_of_the_whole_text(head: str, old: str, new: str, tail: str):
    before = parse(head + old + tail, "python")
    whole = parse(head + new + tail, "python")
    assert before is not None
    assert whole is not None
    earlier = str(before.root)
    again = reparse(before, head + new + tail, "python")
    assert again is not None
    assert (again.text, again.data) == (whole.text, whole.data)
    assert str(again.root) == str(whole.root)
    assert str(before.root) == earlier


def test_the_beginning_of_a_file_of_php_changes_how_it_is_read():
    for old, new in (("$a = 1;\n", "<?php\n$a = 1;\n"), ("<?php\n$a = 1;\n", "$a = 1;\n")):
        before, whole = parse(old, "php"), parse(new, "php")
        assert before is not None
        assert whole is not None
        again = reparse(before, new, "php")
        assert again is not None
        assert str(again.root) == str(whole.root)
