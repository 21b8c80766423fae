"""Holes of several lines, made of a file of single lines."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product

from fimls.errors import FimlsError
from fimls.evaluation.hole_files import HoleSet, Row


def spans_of(holes: HoleSet, least: int) -> HoleSet:
    """Return the holes that neighbouring rows of the same program make together.

    From each row to each that follows it, as the published files of several lines are made: a
    function of n lines has n (n - 1) / 2 holes of two lines and more.

    Args:
        holes: each row a line of a program.
        least: lines that a hole has at least, blank ones between others included.

    Raises:
        FimlsError: no rows make such a hole.
    """
    programs: dict[str, list[Row]] = defaultdict(list)
    for row in holes.rows:
        programs[row.prompt + row.middle + row.suffix].append(row)
    spans = [
        span
        for program, rows in programs.items()
        for first, last in product(rows, rows)
        if len(first.prompt) <= len(last.prompt)
        and (span := _span(program, first, last)).lines >= least
    ]
    if not spans:
        raise FimlsError(
            f"{holes.name} has no neighbouring lines that make a hole of {least}: give a file of"
            " single lines."
        )
    name = f"{holes.name}-of-{least}-lines-and-more"
    return HoleSet(name=name, lines=max(row.lines for row in spans), rows=tuple(spans))


def _span(program: str, first: Row, last: Row) -> Row:
    end = len(last.prompt) + len(last.middle)
    return replace(
        first,
        task_id=f"{first.task_id}_{last.task_id.rpartition('/')[2]}",
        middle=program[len(first.prompt) : end],
        suffix=last.suffix,
    )
