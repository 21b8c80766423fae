"""Making code that a model wrote sit in a file: its indentation and its line ends."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from fimls.refactor.action import Target
from fimls.refactor.selection import Selection
from fimls.syntax import count_errors, in_string, parse
from fimls.syntax.python_ast import module_of

LINE_END = re.compile(r"\r\n|\r|\n")
TAB = 4
"""Columns of a tab, where the file has tabs and the answer blanks, or the opposite."""


def fitted(code: str, selection: Selection, target: Target) -> str:
    r"""Return code as it is to stand in the target's place.

    A model that is shown a part of a file writes it where it stands, at the left border, or only
    its first line at the left border; which of them it is, the lines tell. Lines inside of strings
    move with the others, unless the part has them as they are.

    Args:
        code: its lines end with ``\n``; it has no empty lines around it.
        selection: what was asked about.
        target: the part that is replaced.
    """
    part = selection.text[target.start : target.end]
    lead = lead_of(selection, target)
    tail = LINE_END.findall(part)[-1:] if re.search(r"[\r\n][ \t]*\Z", part) else []
    lines = code.split("\n")
    if _begins_its_line(selection, target):
        lines = _moved(lines, LINE_END.split(lead + part), selection)
        text = "\n".join(lines).removeprefix(lead)
    else:
        text = "\n".join((lines[0].lstrip(" \t"), *lines[1:]))
    text = text.rstrip("\n").replace("\n", line_end_of(selection.text))
    return text + "".join(tail)


def lead_of(selection: Selection, target: Target) -> str:
    """Return the blanks that stand between the line's beginning and the target."""
    start = _line_start(selection.text, target.start)
    lead = selection.text[start : target.start]
    return "" if lead.strip() else lead


def line_end_of(text: str) -> str:
    """Return what ends most lines of a text."""
    ends = Counter(LINE_END.findall(text)).most_common(1)
    return ends[0][0] if ends else "\n"


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _begins_its_line(selection: Selection, target: Target) -> bool:
    start = _line_start(selection.text, target.start)
    return not selection.text[start : target.start].strip()


def _moved(lines: list[str], old: list[str], selection: Selection) -> list[str]:
    """Return lines indented like the old ones."""
    old = [line for line in old if line.strip()]
    strings = _in_strings(lines, selection.language)
    lines = [line if line.strip() or number in strings else "" for number, line in enumerate(lines)]
    if not old:
        return lines
    tabs = _has_tabs(selection.text)
    columns = [_columns(line) for line in lines]
    if tabs and not any(line.startswith("\t") for line in lines):
        step = _step(columns)
        columns = [column * TAB // step for column in columns]
    move = _columns(old[0]) - columns[0]
    moves = [move] * len(lines)
    if move > 0 and _first_alone(lines, columns, old, selection.language):
        moves[1:] = [0] * (len(lines) - 1)
    moved = list[str]()
    for number, line in enumerate(lines):
        column = max(columns[number] + moves[number], 0)
        # Lines of strings that the part has as they are do not move.
        stays = number in strings and (line in old or not moves[number])
        if not line.strip() or stays:
            moved.append(line)
        else:
            tab_count = column // TAB if tabs else 0
            blank = "\t" * tab_count + " " * (column - tab_count * TAB)
            moved.append(blank + line.lstrip(" \t"))
    return moved


def _first_alone(lines: list[str], columns: list[int], old: list[str], language: str) -> bool:
    """Whether all lines but the first one, which is too far left, are where they belong."""
    base = _columns(old[0])
    first_moved = [" " * (base - columns[0]) + lines[0], *lines[1:]]
    wrong, right = _errors(lines, language), _errors(first_moved, language)
    if wrong != right:
        return right < wrong
    last = lines[-1].strip()
    if last[:1] in ("}", ")", "]") or re.match(r"end\b", last):
        return columns[-1] == base
    rest = [column for column, line in zip(columns[1:], lines[1:], strict=True) if line.strip()]
    old_rest = [_columns(line) for line in old[1:]]
    return bool(rest) and (min(rest) == min(old_rest) if old_rest else min(rest) > base)


def _errors(lines: list[str], language: str) -> int:
    text = "\n".join(lines)
    if language == "python":  # its grammar does not mind a body that is not indented
        return module_of(f"if 1:\n{text}" if text[:1].isspace() else text) is None
    parsed = parse(text, language)
    return count_errors(parsed) if parsed else 0


def _in_strings(lines: list[str], language: str) -> set[int]:
    """Return which lines begin inside of a string."""
    parsed = parse("\n".join(lines), language)
    found, place = set[int](), 0
    for number, line in enumerate(lines):
        if parsed and number and in_string(parsed, place) and in_string(parsed, max(place - 1, 0)):
            found.add(number)
        place += len(line) + 1
    return found


def _has_tabs(text: str) -> bool:
    """Whether a text is indented with tabs."""
    blanks = re.findall(r"(?:^|(?<=[\r\n]))(\t| {2,})(?=\S|\t)", text)
    return sum(blank == "\t" for blank in blanks) > len(blanks) / 2


def _columns(line: str) -> int:
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(TAB))


def _step(columns: list[int]) -> int:
    steps = Counter(b - a for a, b in pairwise(columns) if b > a)
    return steps.most_common(1)[0][0] if steps else TAB
