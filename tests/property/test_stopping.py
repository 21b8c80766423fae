"""Stopping, whatever a model writes and in whatever pieces it arrives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings

PIECES = [
    *("\n", "\n    ", "\n        ", "\n\n", "\r\n", "\r", " ", "\t", "#", "# a", "//", "/*", "*/"),
    *("(", ")", "[", "]", "{", "}", '"', "'", '"""', "`", "\\", ",", ";", ":", "=", ".", "<p>"),
    *("x", "return", "return x", "if x:", "else:", "else {", "end", "def f():", "fn f() {", "é😀"),
]
LANGUAGES = ["python", "typescript", "rust", "c", "ruby", "lua", "shellscript", "html", "unknown"]

texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
lines = st.lists(
    st.lists(st.sampled_from([p for p in PIECES if not set(p) & set("\r\n")]), max_size=4).map(
        "".join
    ),
    max_size=4,
).map(tuple)
line = lines.map("".join)
around = st.builds(
    Surroundings,
    above=lines,
    before=line | st.sampled_from(["", "    ", "        "]),
    after=line | st.just(""),
    below=lines,
    language_id=st.sampled_from(LANGUAGES),
)
settings = st.fixed_dictionaries(
    {
        "lines": st.sampled_from(["single", "auto", "multi"]),
        "max_lines": st.integers(1, 9),
    }
)


def result(stopping: Stopping) -> tuple[str, str | None]:
    return stopping.shown, stopping.why


@given(around, settings, st.lists(texts, max_size=30))
def test_pieces_do_not_matter(around, settings, pieces):
    at_once, piecewise = (Stopping(around, **settings) for _ in range(2))
    text = "".join(pieces)
    stopped = at_once.feed(text)
    so_far, ended = "", False
    for piece in pieces:
        so_far += piece
        ended = piecewise.feed(so_far) or ended
    assert result(piecewise) == result(at_once)
    assert ended == stopped


@given(around, settings, texts)
def test_each_character_may_be_a_piece(around, settings, text):
    at_once, piecewise = (Stopping(around, **settings) for _ in range(2))
    at_once.feed(text)
    for end in range(1, len(text) + 1):
        piecewise.feed(text[:end])
    assert result(piecewise) == result(at_once)


@given(around, settings, texts)
def test_what_is_shown_is_the_beginning_of_the_text(around, settings, text):
    stopping = Stopping(around, **settings)
    stopping.feed(text)
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert unified.startswith(stopping.shown)
    assert stopping.shown.count("\n") + 1 <= settings["max_lines"]


@given(around, settings, texts, texts)
def test_what_is_settled_stays(around, settings, text, more):
    stopping = Stopping(around, **settings)
    stopping.feed(text)
    settled = stopping.settled
    stopping.feed(text + more)
    assert stopping.shown.startswith(settled.rstrip())


@given(around, settings, texts, texts)
def test_nothing_changes_after_the_end(around, settings, text, more):
    stopping = Stopping(around, **settings)
    if stopping.feed(text):
        before = result(stopping)
        assert stopping.feed(text + more)
        assert result(stopping) == before


@given(
    around,
    settings,
    st.lists(st.tuples(st.sampled_from(PIECES), st.floats(-3, 0)), max_size=25),
    st.floats(0.001, 1),
)
def test_pieces_do_not_matter_to_confidence(around, settings, tokens, least):
    tokens = [(token, logprob) for token, logprob in tokens if "\r" not in token]
    at_once, piecewise = (Stopping(around, **settings, min_probability=least) for _ in range(2))
    at_once.feed("".join(token for token, _ in tokens), tokens)
    for count in range(1, len(tokens) + 1):
        piecewise.feed("".join(token for token, _ in tokens[:count]), tokens[:count])
    assert result(piecewise) == result(at_once)
