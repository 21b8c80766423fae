"""Holes of several lines, made of single lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fimls.errors import FimlsError
from fimls.evaluation import read_set, spans_of

HEAD = "def f(a):\n"
LINES = ["    b = a\n", "    if b:\n", "        b += 1\n", "\n", "    return b\n"]


@pytest.fixture
def file(rows: list[dict[str, Any]], write_rows: Callable[..., Path]) -> Path:
    """A file of single lines, which has no rows for blank ones."""
    single = [
        {
            **rows[0],
            "task_id": f"Single/Own/0/L{number}",
            "prompt": HEAD + "".join(LINES[:number]),
            "canonical_solution": line,
            "suffix": "".join(LINES[number + 1 :]),
        }
        for number, line in enumerate(LINES)
        if line.strip()
    ]
    return write_rows([*single[::-1], {**rows[1], "task_id": "Single/Own/1/L0"}])


def test_every_two_rows_of_a_program_make_a_hole(file: Path) -> None:
    spans = spans_of(read_set(file), 2)

    assert {row.task_id: row.lines for row in spans.rows} == {
        "Single/Own/0/L0_L1": 2,
        "Single/Own/0/L0_L2": 3,
        "Single/Own/0/L0_L4": 5,
        "Single/Own/0/L1_L2": 2,
        "Single/Own/0/L1_L4": 4,
        "Single/Own/0/L2_L4": 3,
    }
    assert spans.lines == 5
    for row in spans.rows:
        assert row.prompt + row.middle + row.suffix == HEAD + "".join(LINES)


def test_only_holes_of_so_many_lines_are_made(file: Path) -> None:
    assert {row.lines for row in spans_of(read_set(file), 4).rows} == {4, 5}


def test_a_file_whose_rows_make_none_says_what_to_give(file: Path) -> None:
    with pytest.raises(FimlsError, match="give a file of single lines"):
        spans_of(read_set(file), 6)
