"""Minimal edits: applied, they give the text; elsewhere they leave it alone."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fimls.text import Text, edits_between

PIECES = ("a", "b", "ab", "é", "😀", "\n", "\r\n", "\r", "\x0c", " ", "\t", "def f():\n", "\u2028")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(TEXTS, TEXTS)
def test_edits_make_the_other_text(before: str, after: str):
    old = Text.parse(before)
    edits = edits_between(old, Text.parse(after))
    text = old
    for edit in reversed(edits):
        assert old.clamp(edit.start) == edit.start
        assert old.clamp(edit.end) == edit.end
        text = text.replace(edit.start, edit.end, edit.new)
    assert str(text) == after
    assert all(one.end <= two.start for one, two in pairwise(edits))


@given(TEXTS)
def test_the_same_text_needs_none(text: str):
    assert edits_between(Text.parse(text), Text.parse(text)) == []


@given(TEXTS, TEXTS, TEXTS)
def test_an_insertion_is_one_edit_that_replaces_nothing(before: str, new: str, after: str):
    edits = edits_between(Text.parse(before + after), Text.parse(before + new + after))
    lines = Text.parse(new).lines
    if "\r" not in before + new + after and len(lines) == 1 and new:
        assert [(e.start == e.end, len(e.new)) for e in edits] == [(True, len(new))]
