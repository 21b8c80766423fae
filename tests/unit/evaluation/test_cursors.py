"""Where the cursors of a hole stand, and what is compared and executed there."""

from __future__ import annotations

import re

import pytest

from fimls.evaluation import CURSORS, Case, Row, cases_of


def row(middle: str, task: str = "Own/0") -> Row:
    return Row(
        task_id=task,
        entry_point="f",
        prompt="def f():\n",
        suffix="    return value\n",
        middle=middle,
        test="def check(candidate):\n    candidate()\n",
    )


def case(middle: str, typed: str = "") -> Case:
    return Case(row=row(middle), cursor="start", typed=typed)


def test_cursors_stand_where_their_kind_says() -> None:
    middle = "    total = first_value + second(third, 4)\n"
    seen: dict[str, set[str]] = {cursor: set() for cursor in CURSORS}
    for number in range(200):
        for made in cases_of(row(middle, f"Own/{number}"), seed=1):
            assert middle.startswith(made.typed)
            seen[made.cursor].add(made.typed)
    assert seen["start"] == {""}
    words = {m.start() for m in re.finditer(r"\w+", middle)}
    assert {len(typed) for typed in seen["word"]} == words - {4}  # only blanks stand before 4
    letters = {i for i in range(1, len(middle)) if re.fullmatch(r"\w\w", middle[i - 1 : i + 1])}
    assert {len(typed) for typed in seen["inside"]} == letters
    ends = {m.end() for m in re.finditer(r"\w+", middle)}
    assert {len(typed) for typed in seen["end"]} == ends


def test_the_same_seed_gives_the_same_cursors() -> None:
    rows = [row("    total = first + second * third\n", f"Own/{n}") for n in range(20)]
    first, again, other = ([list(cases_of(r, seed)) for r in rows] for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("middle", "kinds"),
    [
        ("    return\n", ["start", "inside"]),
        ("  )\n", ["start"]),
        ("x = 1", ["start", "word", "end"]),
        ("x \n", ["start"]),
        (" \n", []),
    ],
)
def test_a_middle_without_a_place_gives_no_case(middle: str, kinds: list[str]) -> None:
    assert [made.cursor for made in cases_of(row(middle), seed=1)] == kinds


@pytest.mark.parametrize(
    ("middle", "typed", "text", "right"),
    [
        ("    value = 1\n", "", "    value = 1", True),
        ("    value = 1\n", "", "    value = 1\n    more()", True),
        ("    value = 1\n", "", "value = 1", False),
        ("    value = 1\n", "    value ", "= 1  ", True),
        ("    value = 1\n", "    value ", "= 12", False),
        ("a\n\nb\n", "", "a\n\nb\nc", True),
        ("a\n\nb\n", "", "a\n\n", False),
        ("\n    a", "", "\n    a", True),
    ],
)
def test_a_match_counts_as_many_lines_as_the_truth_has(
    middle: str, typed: str, text: str, right: bool
) -> None:
    assert case(middle, typed).matches(text) is right


@pytest.mark.parametrize("text", ["= 1", "= 1\n"])
def test_the_program_has_the_line_end_of_the_middle_once(text: str) -> None:
    program = case("    value = 1\n", "    value ").program(text)
    assert program == "def f():\n    value = 1\n    return value\n"


def test_the_program_of_a_hole_inside_a_line_adds_nothing() -> None:
    hole = Row(
        task_id="a", entry_point="f", prompt="def f(): ret", suffix="\n", middle="urn 1", test="T"
    )
    made = Case(row=hole, cursor="start", typed="")
    assert made.program("urn 2") == "def f(): return 2\n"
    assert made.tests.startswith("def f(): return 1\n\nT\n")
