"""What holds for every text and every cursor, however odd."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from fimls.completion.filters.bracket_balance import Balance
from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.post_processing import FILTERS, apply
from fimls.completion.surroundings import Surroundings
from fimls.text import Document, Text

LINES = [
    "def area(radius):",
    "    return radius * radius",
    "  }",
    "}",
    "end",
    "  end)",
    "\tif (ready) {",
    "foo(bar(x), [1, 2])",
    'say("hello, world")',
    "items = [",
    "# src/app/main.py",
    "// Copyright (c) 2020 Somebody",
    "```python",
    "value = compute(first, second)",
    "    a, a, a, a, a, a, a, a, a",
    "",
    "   ",
]
PIECES = [
    *"()[]{}\"'`;,:. \t\n#<>/\\=",
    *[
        "\r\n",
        "\r",
        "//",
        "/*",
        "*/",
        '"""',
        "a",
        "foo",
        "end",
        "    ",
        "é",
        "😀",
        "\ufeff",
        "\x0c",
    ],
    *["<｜fim▁hole｜>", "<|endoftext|>", "<EOT>", "<fim_mid", "</div>", "http://a.b//c"],
]
LANGUAGES = [
    "python",
    "typescript",
    "go",
    "rust",
    "lua",
    "ruby",
    "html",
    "markdown",
    "yaml",
    "",
    "c",
]
CUT_WHATEVER_IS_OPEN = {"special_tokens", "fences", "file_headers", "echoes", "copies"}

lines = st.one_of(
    st.sampled_from(LINES), st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
)
in_line = lines.map(lambda line: line.replace("\r", "").replace("\n", ""))
texts = st.builds(
    lambda parts, join: join.join(parts),
    st.lists(lines, max_size=8),
    st.sampled_from(["\n", "\n", ""]),
)


OTHER = Document(uri="", language_id="", version=1, text=Text.parse("\n".join(LINES)))


@st.composite
def cursors(draw: st.DrawFn) -> tuple[str, Surroundings]:
    """Draw a text and surroundings that have much in common with it."""
    above = draw(st.lists(in_line, max_size=6))
    below = draw(st.lists(in_line, max_size=6))
    parts = [draw(texts)]
    parts += draw(st.lists(st.sampled_from([*above[-2:], *below[:2], "x"]), max_size=4))
    around = Surroundings(
        above=tuple(above),
        before=draw(in_line),
        after=draw(st.one_of(st.just(""), st.sampled_from([")", '"', "})", " {", "):"]), in_line)),
        below=tuple(below),
        language_id=draw(st.sampled_from(LANGUAGES)),
        uri="file:///src/app/main.py",
        others=(OTHER,),
    )
    return draw(st.sampled_from(["\n", ""])).join(parts), around


@given(cursors())
@example(("a)\n)", Surroundings(before="f(", after=")", below=(")",), language_id="python")))
def test_what_is_shown_is_shown_again(cursor: tuple[str, Surroundings]):
    text, around = cursor
    shown = apply(text, around).suggestion
    assert apply(shown.text, around).suggestion == shown


@given(cursors(), st.randoms())
def test_no_filter_changes_what_is_shown_in_any_order(
    cursor: tuple[str, Surroundings], chance: random.Random
):
    text, around = cursor
    shown = apply(text, around).suggestion
    assume(shown.text)
    order = list(FILTERS)
    chance.shuffle(order)
    after = shown
    for _, each in order:
        after = each(after, around)
    assert after == shown


@given(cursors())
def test_filters_only_take_away_and_indent(cursor: tuple[str, Surroundings]):
    text, around = cursor
    shown = apply(text, around).suggestion
    assert is_part(without_blanks(shown.text), without_blanks(text))


@given(cursors())
def test_what_is_replaced_stands_in_the_text(cursor: tuple[str, Surroundings]):
    text, around = cursor
    shown = apply(text, around).suggestion
    assert 0 <= shown.replaces <= len(around.after)
    assert is_part(without_blanks(around.after[: shown.replaces]), without_blanks(shown.text))


@given(cursors())
def test_what_matches_goes_on_matching(cursor: tuple[str, Surroundings]):
    text, around = cursor
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    filtered = apply(text, around)
    assume(filtered.suggestion.text and not CUT_WHATEVER_IS_OPEN & set(filtered.changed_by))
    shown, balance = filtered.suggestion, Balance(around)
    # What the text has as a comment may have hidden the rest of the line: then without that.
    rest = len(around.after)
    assert balance.faults(shown) <= balance.faults(Suggestion(text)) or balance.faults(
        replace(shown, replaces=rest)
    ) <= balance.faults(Suggestion(text, rest))


@given(st.lists(st.sampled_from(["//", "a", "http://b.c", "///", "d();"]), min_size=1, max_size=6))
def test_no_text_is_cut_at_slashes(words: list[str]):
    lines = [f"{number} {' '.join(words)} {number}" for number in range(3)]
    text = "\n".join(lines)
    for language_id in LANGUAGES:
        assert apply(text, Surroundings(language_id=language_id)).suggestion == Suggestion(text)


def without_blanks(text: str) -> str:
    return "".join(text.split())


def is_part(part: str, whole: str) -> bool:
    """Whether the characters stand in the whole in the same order."""
    characters = iter(whole)
    return all(character in characters for character in part)
