"""What edits say about suggestions: ``document | edits -> outcome``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fimls.completion import Completion
from fimls.completion.acceptance import AFTER_S, Acceptance
from fimls.text import Document, Text
from support.caret import at_caret

Counts = dict[tuple[str, str, int], int]


class Editor:
    """A document that is edited by whole texts, each with ``<|>`` where the cursor is."""

    def __init__(self) -> None:
        self.acceptance = Acceptance()
        self.now = 0.0
        self.document = Document(uri="file:///a.py", language_id="", version=0, text=Text())

    def shows(self, marked: str, text: str, *, replaces: int = 0) -> None:
        snapshot, cursor = at_caret(marked)
        self.edit(str(snapshot.text))
        end = cursor._replace(column=cursor.column + replaces)
        made = Completion(text=text, start=cursor, end=end, source="memory")
        self.acceptance.shown(self.document, [made])

    def edit(self, text: str) -> None:
        if text != str(self.document.text):
            self.document = replace(self.document, text=Text.parse(text))
            self.acceptance.changed(self.document, self.now)

    @property
    def counts(self) -> Counts:
        return {(o, s, after): n for (o, s, after), n in self.acceptance.counts.items()}


CASES: dict[str, tuple[str, str, int, list[str], str]] = {
    "accepted": ("a = <|>\nb", "f(x)", 0, ["a = f(x)\nb"], "full"),
    "several-lines": ("def f():<|>\nb", "\n  x\n  y", 0, ["def f():\n  x\n  y\nb"], "full"),
    "line-ends": ("def f():<|>\r\nb", "\n  x", 0, ["def f():\r\n  x\r\nb"], "full"),
    "replaces-closers": ("f(<|>)", "a, b)", 1, ["f(a, b)"], "full"),
    "typed-before-closers": ("f(<|>)", "abc)", 1, ["f(a)", "f(abc)"], "full"),
    "typed-to-the-closers": ("f(<|>)", "ab)", 1, ["f(a)", "f(ab)"], "typed"),
    "typed-and-closed": ("a = <|>", "f(x)", 0, ["a = f", "a = f()", "a = f(x)"], "typed"),
    "closed-then-accepted": ("a = <|>", "f(x, y)", 0, ["a = f()", "a = f(x, y)"], "full"),
    "quoted": ("a = <|>", '"b"', 0, ['a = ""', 'a = "b"'], "typed"),
    "word-by-word": ("a = <|>", "f(x) + 1", 0, ["a = f(x)", "a = f(x) + 1"], "full"),
    "one-word": ("a = <|>", "f(x) + 1", 0, ["a = f(x)", "a = f(x);"], "partial"),
    "typed": ("a = <|>", "fx", 0, ["a = f", "a = fx"], "typed"),
    "typed-then-accepted": ("a = <|>", "f(x)", 0, ["a = f", "a = f(x)"], "full"),
    "other-text": ("a = <|>", "f(x)", 0, ["a = g"], "rejected"),
    "begun-and-left": ("a = <|>", "f(x)", 0, ["a = f", "a = f,"], "rejected"),
    "went-back": ("a = <|>", "f(x)", 0, ["a ="], "rejected"),
    "elsewhere": ("a = <|>\nb", "f(x)", 0, ["a = \nbc"], "rejected"),
    "deleted-below": ("a = <|>\nb\nc", "f(x)", 0, ["a = \nb"], "rejected"),
    "undone": ("a = <|>", "f(x) + 1", 0, ["a = f(x)", "a = "], "partial"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_outcomes(case: tuple[str, str, int, list[str], str]) -> None:
    marked, text, replaces, edits, outcome = case
    editor = Editor()
    editor.shows(marked, text, replaces=replaces)
    for edit in edits:
        editor.edit(edit)
    assert editor.counts == {(outcome, "memory", 0): 1}


def test_a_closer_that_is_typed_over_is_typed() -> None:
    editor = Editor()
    editor.shows("f(<|>)", "x);", replaces=1)
    editor.shows("f(x<|>)", ");", replaces=1)
    editor.shows("f(x)<|>", ";")
    editor.edit("f(x);")
    assert editor.counts == {("typed", "memory", 0): 1}


def test_what_ends_before_a_closer_on_the_way_is_the_same_suggestion() -> None:
    editor = Editor()
    editor.shows("a = <|>", "f(xyz)")
    editor.shows("a = f(<|>)", "xyz")
    editor.edit("a = f(xyz)")
    assert editor.counts == {("full", "memory", 0): 1}


def test_what_is_shown_again_while_typing_is_one_suggestion() -> None:
    editor = Editor()
    editor.shows("a = <|>", "f(x)")
    editor.shows("a = <|>", "f(x)")
    editor.shows("a = f<|>", "(x)")
    editor.shows("a = f(<|>", "x) + 1")
    editor.edit("a = f(x) + 1")
    assert editor.counts == {("full", "memory", 0): 1}


def test_another_suggestion_ends_the_one_before() -> None:
    editor = Editor()
    editor.shows("a = <|>", "f(x)")
    editor.shows("a = f<|>", "oo")
    assert editor.counts == {("rejected", "memory", 0): 1}


def test_a_closed_document_ends_its_suggestion() -> None:
    editor = Editor()
    editor.shows("a = <|>", "f(x)")
    editor.acceptance.closed("file:///a.py")
    assert editor.counts == {("rejected", "memory", 0): 1}


def test_inserted_text_is_looked_for_later() -> None:
    editor = Editor()
    editor.shows("a = <|>", "f(x)")
    editor.edit("a = f(x)")
    editor.now = AFTER_S[0] + 1
    editor.edit("# more\na = f(x)\n")
    editor.acceptance.look([editor.document], editor.now)
    assert editor.counts[("retained", "memory", AFTER_S[0])] == 1
    editor.now = AFTER_S[1] + 1
    editor.edit("# more\na = f(y)\n")
    editor.acceptance.look([editor.document], editor.now)
    assert editor.counts[("changed", "memory", AFTER_S[1])] == 1
    editor.acceptance.look([editor.document], editor.now + 1000)
    assert sum(editor.counts.values()) == 3
