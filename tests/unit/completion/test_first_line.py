"""A line knows how likely it is, and the likeliest other way that it could have gone."""

from __future__ import annotations

import math

import pytest

from fimls.backend.base import Token
from fimls.completion.first_line import FirstLine

STOP = 0
IDS: dict[str, int] = {"<end>": STOP}


def token(text: str, probability: float, **others: float) -> Token:
    """Return a token; `others` are those beside it, with ``_`` for a blank and ``N`` for an end."""
    named = {name.replace("_", " ").replace("N", "\n"): p for name, p in others.items()}
    return Token(
        id=IDS.setdefault(text, len(IDS)),
        text=text,
        logprob=math.log(probability),
        others=tuple(token(text, p) for text, p in named.items()),
    )


def line_of(*tokens: Token, begins: str = "") -> FirstLine:
    line = FirstLine([STOP], begins=begins)
    line.feed(tokens)
    return line


def fork_of(line: FirstLine) -> tuple[str, float] | None:
    if line.fork is None:
        return None
    way = (*line.fork.before, line.fork.other)
    return "".join(each.text for each in way), round(math.exp(line.fork.logprob), 6)


def test_the_likeliest_other_way_is_remembered() -> None:
    line = line_of(
        token("n", 0.8, m=0.2), token(" ==", 0.5, _is=0.4), token(" 0", 0.9, _1=0.1), token("\n", 1)
    )

    assert line.ended
    assert math.exp(line.logprob) == pytest.approx(0.36)
    assert fork_of(line) == ("n is", 0.32)


def test_unlikely_ways_are_not() -> None:
    assert fork_of(line_of(token("n", 0.9, m=0.09))) is None


@pytest.mark.parametrize(
    ("texts", "ended"),
    [
        pytest.param(["x"], False, id="no-end"),
        pytest.param(["x", "\n"], True, id="line-end"),
        pytest.param(["f(", ")\n\n"], True, id="line-end-in-a-token"),
        pytest.param(["x", "<end>"], True, id="stop-token"),
        pytest.param(["\n"], False, id="nothing-yet"),
        pytest.param(["\n", "    ", "x"], False, id="the-next-line"),
        pytest.param(["\n", "    ", "x", "\n"], True, id="the-next-line's-end"),
    ],
)
def test_where_it_ends(texts: list[str], ended: bool) -> None:
    assert line_of(*(token(text, 0.5) for text in texts)).ended is ended


def test_however_a_line_ends_it_is_the_same_line() -> None:
    ends = {"xNN": 0.4, "y": 0.2}
    line = line_of(token("x\n", 0.3, **ends))

    assert math.exp(line.logprob) == pytest.approx(0.3 + 0.4)
    assert fork_of(line) == ("y", 0.2)


def test_what_comes_behind_the_line_does_not_count() -> None:
    line = line_of(token("x", 0.5), token("\n", 1), token("y", 0.1, z=0.9))

    assert math.exp(line.logprob) == pytest.approx(0.5)
    assert line.fork is None


def test_every_way_begins_with_what_is_typed() -> None:
    line = line_of(
        token(" ", 0.5, x=0.5),
        token("re", 0.5, go=0.5),
        token("turn", 0.5, al=0.3, peat=0.1),
        begins=" ret",
    )

    assert fork_of(line) is None
    line.feed([token(" x", 0.5, _y=0.9)])
    assert fork_of(line) == (" return y", 0.1125)


def test_a_part_of_a_character_is_no_way() -> None:
    assert fork_of(line_of(token("n", 0.5, **{"\ufffd": 0.5}))) is None
